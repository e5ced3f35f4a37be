/** Why storage cannot be opened: one clear line for the operator, which says what to do next. Never sent to a client. */
export class StorageError extends Error {
  constructor(message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = 'StorageError';
  }
}

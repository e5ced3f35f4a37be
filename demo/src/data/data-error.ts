// Data that cannot be loaded: one line that names the file and the place in it, fit to be printed as it is.

export class DataError extends Error {
  constructor(file: string, place: string | undefined, reason: string) {
    super(`${file}${place === undefined ? '' : `, ${place}`}: ${reason}`);
  }
}

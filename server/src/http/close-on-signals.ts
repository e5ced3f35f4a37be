/** SIGTERM and SIGINT end the process gracefully; a second signal ends it at once. */
export function closeOnSignals(close: () => Promise<void>, tell: (line: string) => void): void {
  let closing = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (closing) process.exit(1);
      closing = true;
      close().then(
        () => process.exit(0),
        (error: unknown) => {
          tell(error instanceof Error ? error.message : String(error));
          process.exit(1);
        },
      );
    });
  }
}

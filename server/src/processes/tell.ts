/** One line for whoever watches the terminal; the log has the details. */
export const tell = (line: string): void => void process.stdout.write(`${line}\n`);

/**
 * of-watchdog's reader of a function's output gives up at a line of 64 KiB unless log_buffer_size is -1; nobody drains the pipe then, and
 * the next write blocks the whole process. 16,384 UTF-16 units take at most 48 KiB.
 */
const MAX_LINE = 16_384

const cut = (line: string): string =>
  line.length <= MAX_LINE ? line : `${line.slice(0, MAX_LINE)} [cut: ${line.length} characters]`

/** Makes a stream shorten the lines of each text that is written to it. */
export const cutLongLines = (stream: NodeJS.WriteStream): void => {
  const write = stream.write.bind(stream) as (chunk: unknown, ...rest: unknown[]) => boolean
  stream.write = (chunk: string | Uint8Array, ...rest: unknown[]): boolean => {
    if (chunk.length <= MAX_LINE) return write(chunk, ...rest)
    const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString()
    return write(text.split('\n').map(cut).join('\n'), ...rest)
  }
}

import { type Logger, pino } from 'pino'

export type Log = Logger

/** Bot tokens, also inside urls, where `bot` stands right before the digits. */
const BOT_TOKEN = /(?<!\d)\d{5,}:[\w-]{20,}/g
/** Passwords in connection strings, and bearer tokens. The look-behinds keep the time linear: a line may hold a megabyte of letters. */
const URL_PASSWORD = /(?<!\w)(\w+:\/\/[^:/\s"]*:)[^@/\s"]+@/g
const BEARER = /(Bearer )[\w.~+/=-]{10,}/gi
/** Links that log a person in: Telegram repeats the address of a button that it refuses. */
const LOGIN_LINK = /(#login=)[\w-]{10,}/g

/**
 * of-watchdog's line scanner ends at 64 KiB and then nobody drains the pipe (a synchronous logger would hang for ever), so
 * no line may come near it.
 */
const MAX_LINE = 16_384

/** Takes secrets out of any text that may be written down. */
export const redactText = (text: string): string =>
  text
    .replace(BOT_TOKEN, '[bot token]')
    .replace(URL_PASSWORD, '$1[password]@')
    .replace(BEARER, '$1[token]')
    .replace(LOGIN_LINK, '$1[token]')

const shorten = (line: string): string =>
  line.length <= MAX_LINE
    ? line
    : `${JSON.stringify({ level: 'warn', time: new Date().toISOString(), msg: 'log line was too long', start: line.slice(0, 2_000) })}\n`

/** JSON lines on stdout, written synchronously so that the last words of a dying process are not lost. */
export const createLog = (functionName: string, level: string, write?: (line: string) => void): Log =>
  pino(
    {
      level,
      base: { function: functionName },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: {
        paths: [
          '*.authorization',
          '*.token',
          '*.secret',
          '*.password',
          'authorization',
          'token',
          'secret',
          'password',
          'error.parameters',
          'err.parameters',
          'error.query',
          'err.query',
        ],
        censor: '[redacted]',
      },
      hooks: { streamWrite: (line) => shorten(redactText(line)) },
    },
    write ? { write } : pino.destination({ fd: 1, sync: true }),
  )

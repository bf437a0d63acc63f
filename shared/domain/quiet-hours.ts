import { z } from 'zod'

const MINUTES_A_DAY = 24 * 60
const MINUTE_MS = 60_000
/** Clocks are put forward and back at whole quarters of an hour. */
const QUARTER_MS = 15 * MINUTE_MS

const ClockTime = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, 'must be a time such as 23:00')

/** A time of each day, in the person's time zone, in which no message comes that can wait. It may go over midnight. */
export const QuietHours = z
  .strictObject({ from: ClockTime, to: ClockTime })
  .refine(({ from, to }) => from !== to, { error: 'must not begin and end at the same time' })
export type QuietHours = z.infer<typeof QuietHours>

/** One time of day: 23:00, 23.00, 23, 8 am, 11:30pm. */
const TIME = /(\d{1,2})(?:[:.](\d{2}))?\s*([ap])?(?:\.?m\b\.?)?/giu

const toClockTime = ([, hours = '', minutes = '00', half]: RegExpExecArray): string | undefined => {
  const isTwelve = half !== undefined
  const hour = Number(hours)
  if (isTwelve && (hour < 1 || hour > 12)) return undefined
  const whole = isTwelve ? (hour % 12) + (half.toLowerCase() === 'p' ? 12 : 0) : hour
  // midnight is written both ways
  const time = `${String(whole === 24 ? 0 : whole).padStart(2, '0')}:${minutes}`
  return ClockTime.safeParse(time).success ? time : undefined
}

/** Reads two times as people write them: "23:00-8:00", "с 23 до 8", "11 pm to 8 am". Undefined for anything else. */
export const readQuietHours = (text: string): QuietHours | undefined => {
  const [from, to, ...more] = Array.from(text.matchAll(TIME), toClockTime)
  // nothing but times, a few words between them, and dashes
  const isOnlyTimes = /^[^\d]{0,10}$/u.test(text.replace(TIME, '').replace(/[\s–—-]/g, ''))
  if (!isOnlyTimes || from === undefined || to === undefined || more.length > 0) return undefined
  const { data } = QuietHours.safeParse({ from, to })
  return data
}

/** `23:00-08:00`, which `readQuietHours` reads. */
export const writeQuietHours = ({ from, to }: QuietHours): string => `${from}-${to}`

const formats = new Map<string, Intl.DateTimeFormat>()

const formatOf = (timeZone: string): Intl.DateTimeFormat => {
  let format = formats.get(timeZone)
  if (!format) {
    format = new Intl.DateTimeFormat('en-GB', {
      timeZone,
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    })
    formats.set(timeZone, format)
  }
  return format
}

const minutesOf = (clockTime: string): number => {
  const [hours, minutes] = clockTime.split(':').map(Number)
  return (hours ?? 0) * 60 + (minutes ?? 0)
}

/** The clock on the wall, "08:05". @throws RangeError for a time zone that does not exist */
export const wallClock = (nowMs: number, timeZone: string): string => formatOf(timeZone).format(nowMs)

const isQuiet = (minute: number, from: number, to: number): boolean =>
  from < to ? minute >= from && minute < to : minute >= from || minute < to

/**
 * When the quiet that reigns now is over, in milliseconds; undefined where it does not reign. The clock on the wall decides, whatever it does
 * that night: put forward over the end, the quiet ends right then; put back, it lasts as long as the clock says.
 */
export const quietUntil = (
  quietHours: QuietHours | null,
  timeZone: string,
  nowMs: number,
): number | undefined => {
  if (quietHours === null) return undefined
  const [from, to] = [minutesOf(quietHours.from), minutesOf(quietHours.to)]
  let time = Math.floor(nowMs / MINUTE_MS) * MINUTE_MS
  const lastMs = nowMs + 2 * MINUTES_A_DAY * MINUTE_MS
  while (time < lastMs) {
    // within a quarter of an hour no clock is put forward or back
    const minute = minutesOf(wallClock(time, timeZone))
    const nextMs = Math.floor(time / QUARTER_MS) * QUARTER_MS + QUARTER_MS
    for (let passed = 0; time < nextMs; passed += 1, time += MINUTE_MS) {
      if (!isQuiet((minute + passed) % MINUTES_A_DAY, from, to)) return time > nowMs ? time : undefined
    }
  }
  return undefined
}

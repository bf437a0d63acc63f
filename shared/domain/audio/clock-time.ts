const twoDigits = (value: number): string => String(value).padStart(2, '0')

/** How long a recording lasts, as players show it: 0:07, 12:05, 1:02:05. */
export const clockTime = (seconds: number): string => {
  const whole = Math.max(0, Math.round(seconds))
  const hours = Math.floor(whole / 3_600)
  const minutes = Math.floor(whole / 60) % 60
  const rest = twoDigits(whole % 60)
  return hours === 0 ? `${minutes}:${rest}` : `${hours}:${twoDigits(minutes)}:${rest}`
}

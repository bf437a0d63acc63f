import { SettingsPatch } from './settings.ts'

/** A setting with the value that a button gives it. */
export type Setting =
  | { name: 'receipts' | 'lowBalance'; value: boolean }
  | { name: 'lowBalanceThreshold'; value: number }
  | { name: 'dailyLimit'; value: number | null }
  | { name: 'timeZone'; value: string }

/** Reads `name:value`; undefined for what no setting takes. Never throws. */
export const readSetting = (text: string): Setting | undefined => {
  const [, name, written] = /^(\w+):(.+)$/s.exec(text) ?? []
  if (name === undefined || written === undefined) return undefined
  const value = /^(true|false|null|0|[1-9]\d{0,15})$/.test(written) ? JSON.parse(written) : written
  const patch = SettingsPatch.safeParse({ [name]: value })
  if (!patch.success) return undefined
  const { receipts, lowBalance, lowBalanceThreshold, dailyLimit, timeZone } = patch.data
  if (receipts !== undefined) return { name: 'receipts', value: receipts }
  if (lowBalance !== undefined) return { name: 'lowBalance', value: lowBalance }
  if (lowBalanceThreshold !== undefined) return { name: 'lowBalanceThreshold', value: lowBalanceThreshold }
  if (dailyLimit !== undefined) return { name: 'dailyLimit', value: dailyLimit }
  if (timeZone !== undefined) return { name: 'timeZone', value: timeZone }
  return undefined
}

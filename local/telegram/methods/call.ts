import type { ApiResponse } from '@grammyjs/types'
import { BotApiError } from '../api-error.ts'
import type { Upload } from '../files.ts'
import type { SimulatorState } from '../state.ts'
import type { Method } from './define.ts'
import { METHODS } from './table.ts'

export type BotApiCall = {
  /** Any case: Telegram does not mind. */
  method: string
  fields: Record<string, unknown>
  files: Map<string, Upload>
  /** Aborted when the caller hangs up. */
  signal?: AbortSignal
}

export type BotApiResult = { status: number; body: ApiResponse<unknown> }

const METHOD_OF_NAME = new Map<string, Method>(
  Object.entries(METHODS).map(([name, run]) => [name.toLowerCase(), run]),
)

const runCall = async (state: SimulatorState, call: BotApiCall): Promise<unknown> => {
  const run = METHOD_OF_NAME.get(call.method.toLowerCase())
  if (run === undefined) throw new BotApiError(404, 'Not Found')
  const fault = state.faults.beforeMethod?.(call.method, call.fields)
  if (fault !== undefined) throw fault
  const { files, signal = new AbortController().signal } = call
  return await run({ state, files, signal }, call.fields)
}

/** Runs one Bot API method. Never throws: a refusal or a bug of the simulator is an answer too. */
export const callMethod = async (state: SimulatorState, call: BotApiCall): Promise<BotApiResult> => {
  try {
    return { status: 200, body: { ok: true, result: await runCall(state, call) } }
  } catch (error) {
    if (error instanceof BotApiError) return { status: error.errorCode, body: error.toBody() }
    state.log(
      `${call.method} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    )
    return { status: 500, body: new BotApiError(500, 'Internal Server Error').toBody() }
  }
}

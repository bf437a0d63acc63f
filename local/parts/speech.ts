import { isTelegramOutside } from '../settings.ts'
import { startSpeechSimulator } from '../speech/server.ts'
import { messageOf, StartProblem } from '../start-problem.ts'
import { describePart, type PartContext, withoutCredentials } from './part.ts'

export type SpeechPart = {
  /** Undefined = recordings are not taken. */
  url: string | undefined
  key: string | undefined
  model: string | undefined
  /** The simulator's control API. */
  control: string | undefined
  stop: () => Promise<void>
}

/** So that a person sees each stage, as with a real recogniser. */
const LISTENS_MS = 2_500

/**
 * Speech to text: what TRANSCRIBE_URL names; else the simulator, beside the simulated Telegram alone: a real person's words are never made up.
 * @throws StartProblem
 */
export const startSpeechPart = async ({ settings, say }: PartContext): Promise<SpeechPart> => {
  const since = performance.now()
  const nothing = {
    url: undefined,
    key: undefined,
    model: undefined,
    control: undefined,
    stop: async () => {},
  }
  if (settings.speech !== undefined) {
    say(describePart('speech', `${withoutCredentials(settings.speech.url)} (yours)`, since))
    return { ...nothing, ...settings.speech }
  }
  if (isTelegramOutside(settings)) return nothing
  const simulator = await startSpeechSimulator({
    listensMs: LISTENS_MS,
    log: (line) => say(`speech: ${line}`),
  }).catch((error: unknown) => {
    throw new StartProblem(messageOf(error))
  })
  say(describePart('speech', `${simulator.url} (simulator)`, since))
  return { ...nothing, url: simulator.url, control: simulator.url, stop: simulator.close }
}

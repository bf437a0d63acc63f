import type { IncomingMessage, ServerResponse } from 'node:http'
import { ControlError } from '../../simulator/control-error.ts'
import type { Upload } from '../files.ts'
import type { Person } from '../model.ts'
import type { SimulatorState } from '../state.ts'

export type ControlRequest = {
  state: SimulatorState
  query: URLSearchParams
  /** The named parts of the route's path. */
  params: Record<string, string>
  /** JSON body or form fields. */
  fields: unknown
  /** Files of a form by field. */
  files: Map<string, Upload>
  /** Aborted when the caller hangs up. */
  signal: AbortSignal
  /** For answers that are no JSON: a route that writes here itself answers undefined. */
  request: IncomingMessage
  response: ServerResponse
}

export type Route = {
  method: 'GET' | 'POST' | 'DELETE'
  /** `/sim/chats/:personId/messages`: a part after a colon is a parameter. */
  path: string
  run: (request: ControlRequest) => unknown
}

/** The part of the path, checked. Throws 400. */
const wholeNumber = (value: string | undefined, name: string): number => {
  if (value === undefined || !/^\d{1,16}$/.test(value))
    throw new ControlError(400, `${name} must be a whole number.`)
  return Number(value)
}

/** A number in the query. Throws 400. */
export const numberInQuery = (
  query: URLSearchParams,
  name: string,
  fallback: number,
  max: number,
): number => {
  const value = query.get(name)
  return value === null ? fallback : Math.min(wholeNumber(value, name), max)
}

/** The person the path names. Throws 400 and 404. */
export const personInPath = ({ state, params }: ControlRequest): Person => {
  const personId = wholeNumber(params.personId, 'personId')
  const person = state.people.get(personId)
  if (person === undefined) throw new ControlError(404, `There is no person ${personId}.`)
  return person
}

import { z } from 'zod'
import { addRule, removeRules } from '../../misbehave/control.ts'
import { ControlError, parseFields } from '../../simulator/control-error.ts'
import { waitingUpdates } from '../updates.ts'
import type { Route } from './route.ts'

/** Back no farther than timers of Node reach (24.8 days). */
const MIN_ADVANCE_SECONDS = -20 * 24 * 3600
const MAX_ADVANCE_SECONDS = 366 * 24 * 3600
const Advance = z.strictObject({
  advanceSeconds: z.number().min(MIN_ADVANCE_SECONDS).max(MAX_ADVANCE_SECONDS),
})

/** Misbehaving on request, and moving time on. */
export const faultRoutes: Route[] = [
  { method: 'POST', path: '/sim/faults', run: ({ state, fields }) => addRule(state.rules, fields) },
  { method: 'GET', path: '/sim/faults', run: ({ state }) => ({ rules: state.rules.list() }) },
  { method: 'DELETE', path: '/sim/faults', run: ({ state }) => removeRules(state.rules, undefined) },
  {
    method: 'DELETE',
    path: '/sim/faults/:id',
    run: ({ state, params }) => removeRules(state.rules, params.id),
  },
  {
    method: 'POST',
    path: '/sim/clock',
    run: async ({ state, fields }) => {
      const { advanceSeconds } = parseFields(Advance, fields)
      if (state.clock.advance === undefined) throw new ControlError(409, 'This clock cannot be moved.')
      await state.clock.advance(advanceSeconds * 1000)
      return {
        nowSeconds: Math.floor(state.clock.now() / 1000),
        waitingUpdates: waitingUpdates(state).length,
      }
    },
  },
]

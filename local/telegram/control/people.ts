import { z } from 'zod'
import { ControlError, parseFields } from '../../simulator/control-error.ts'
import { omitUndefined } from '../omit-undefined.ts'
import { addPerson, savePerson, setBlocked } from '../people.ts'
import { personInPath, type Route } from './route.ts'

const LanguageCode = z
  .string()
  .regex(/^[a-z]{2,3}(-[a-z]{2,4})?$/i, 'must be a language code such as ru')
  .optional()

const NewPerson = z.strictObject({
  firstName: z.string().trim().min(1).max(64),
  username: z
    .string()
    .regex(/^[A-Za-z]\w{3,31}$/, 'must be 4 to 32 letters, digits and _')
    .optional(),
  languageCode: LanguageCode,
  id: z
    .int()
    .min(1)
    .max(2 ** 52 - 1)
    .optional(),
})

/** What people change about themselves in their app. */
const Profile = z.strictObject({
  languageCode: LanguageCode,
  firstName: z.string().trim().min(1).max(64).optional(),
})

const Block = z.strictObject({ blocked: z.boolean().optional(), deactivated: z.boolean().optional() })

export const peopleRoutes: Route[] = [
  {
    method: 'POST',
    path: '/sim/people',
    run: ({ state, fields }) => {
      const person = parseFields(NewPerson, fields)
      if (person.id !== undefined && state.people.get(person.id) !== undefined) {
        throw new ControlError(409, `There is already a person ${person.id}.`)
      }
      return { person: addPerson(state, person) }
    },
  },
  { method: 'GET', path: '/sim/people', run: ({ state }) => ({ people: [...state.people.values()] }) },
  {
    method: 'POST',
    path: '/sim/chats/:personId/profile',
    run: (request) => {
      const changed = omitUndefined(parseFields(Profile, request.fields))
      return { person: savePerson(request.state, { ...personInPath(request), ...changed }) }
    },
  },
  {
    method: 'POST',
    path: '/sim/chats/:personId/block',
    run: (request) => {
      const { state, fields } = request
      const { blocked, deactivated } = parseFields(Block, fields)
      const person = personInPath(request)
      const updateId = blocked === undefined ? undefined : setBlocked(state, person, blocked)
      if (deactivated !== undefined)
        savePerson(state, { ...(state.people.get(person.id) ?? person), deactivated })
      return { person: state.people.get(person.id), updateId }
    },
  },
]

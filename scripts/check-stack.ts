/** `npm run check:stack`: says what is wrong with stack.yml; faas-cli itself passes over keys that it does not know. */
import { dirname } from 'node:path'
import { readRepository } from '../test/safety/source-files.ts'
import { checkStack } from '../test/safety/stack-rules.ts'

const complaints = checkStack(readRepository(dirname(import.meta.dirname)))
for (const complaint of complaints) process.stderr.write(`${complaint}\n`)
if (complaints.length > 0) process.exit(1)

import { defineModelTests } from './model.testing.ts'

defineModelTests({ part: 0, parts: 2 })

import { defineModelTests } from './model.testing.ts'

defineModelTests({ part: 1, parts: 2 })

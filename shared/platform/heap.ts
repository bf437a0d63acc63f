import { setFlagsFromString } from 'node:v8'

/**
 * For a process that holds large buffers and little else. V8 looks through all its objects again whenever buffers have grown by some 8 MB
 * since it last did (three photos); from now on when all that it manages has grown to three times of what was alive then. Measured with
 * uploads of 1 MB: a tenth of the processor time.
 */
export const expectLargeBuffers = (): void => setFlagsFromString('--heap-growing-percent=200')

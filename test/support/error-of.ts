/** What some work fails with. @throws Error when it succeeds */
export const errorOf = async (work: PromiseLike<unknown>): Promise<unknown> => {
  try {
    await work
  } catch (error) {
    return error
  }
  throw new Error('It was expected to fail.')
}

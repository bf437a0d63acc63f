/** The environment of this process. The only place in the repository that reads it: everything else is handed values. */
export type Env = Readonly<Record<string, string | undefined>>

export const processEnv = (): Env => process.env

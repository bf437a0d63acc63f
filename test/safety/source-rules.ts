import { countLines, isTest, isTypeScript, type Rule, type SourceFile } from './source-files.ts'

const ENV_READERS = ['shared/platform/env.ts']
const ENV_USES = [
  /\bprocess\.env\b/,
  /\{[^}]*\benv\b[^}]*\}\s*from\s*['"](node:)?process['"]/,
  /\bimport\.meta\.env\b/,
]

/** The environment is read in one place; everything else is handed values. */
export const checkEnvironment: Rule = (files) =>
  files
    .filter((file) => /\.(ts|js|mjs)$/.test(file.path) && !ENV_READERS.includes(file.path))
    .filter((file) => ENV_USES.some((pattern) => pattern.test(file.text)))
    .map((file) => `${file.path}: reads the environment; only ${ENV_READERS.join(', ')} may`)

const withoutComments = (text: string): string =>
  text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '')

const isBarrel = ({ text }: SourceFile): boolean => {
  const code = withoutComments(text)
  const rest = code.replace(
    /^\s*export\s+(type\s+)?(\*(\s+as\s+\w+)?|\{[^}]*\})\s+from\s*['"][^'"]+['"];?/gm,
    '',
  )
  return code.trim() !== '' && (rest.trim() === '' || /^\s*export\s+(type\s+)?\*\s*from/m.test(code))
}

export const checkNoBarrels: Rule = (files) =>
  files
    .filter((file) => isTypeScript(file) && isBarrel(file))
    .map((file) => `${file.path}: only passes on what other files export; import from those`)

const DEFAULT_EXPORT = /^\s*export\s+default\b|^\s*export\s*\{[^}]*\bas\s+default\b/m

export const checkNoDefaultExports: Rule = (files) =>
  files
    .filter((file) => isTypeScript(file) && !/(^|\/)vitest\.config\.ts$/.test(file.path))
    .filter((file) => DEFAULT_EXPORT.test(withoutComments(file.text)))
    .map((file) => `${file.path}: has a default export`)

const HANDLER_LINES = 80
const SOURCE_LINES = 250

export const checkLengths: Rule = (files) =>
  files
    .filter((file) => /^(functions|shared)\//.test(file.path) && isTypeScript(file) && !isTest(file))
    .map((file) => ({ ...file, limit: file.path.endsWith('/handler.ts') ? HANDLER_LINES : SOURCE_LINES }))
    .filter(({ text, limit }) => countLines(text) > limit)
    .map(({ path, text, limit }) => `${path}: has ${countLines(text)} lines, at most ${limit} are allowed`)

const NOT_RUN =
  /\b(?:test|it|describe|suite|bench)(?:\.\w+)*\.(?:skip|only|todo|skipIf|runIf)\b|^\s*(?:xit|xtest|xdescribe|fit|fdescribe)\(/m

export const checkTestsRun: Rule = (files) =>
  files
    .filter((file) => file.path.endsWith('.test.ts') && NOT_RUN.test(withoutComments(file.text)))
    .map((file) => `${file.path}: has a test that is skipped or focused`)

/** SQL as text, where DDL leaves no other way. */
const UNSAFE_SQL = /^(shared\/db\/migrate\.ts|scripts\/.+|local\/services\/postgres\.ts)$/

export const checkSqlIsStatic: Rule = (files) =>
  files
    .filter((file) => isTypeScript(file) && !UNSAFE_SQL.test(file.path))
    .filter((file) => /\b(?:\w*sql|tx|connection)\.unsafe\(/i.test(file.text))
    .map((file) => `${file.path}: uses unsafe SQL; write a tagged template`)

/** Folders of one machine; in another clone they mean nothing. */
const MACHINE_PATH = /(?<![\w.~-])\/(?:work|root)\/\w/

export const checkNoMachinePaths: Rule = (files) =>
  files.flatMap(({ path, text }) =>
    text
      .split('\n')
      .flatMap((line, index) =>
        MACHINE_PATH.test(line) ? [`${path}:${index + 1}: names a path of one machine`] : [],
      ),
  )

import type { Rule, SourceFile } from './source-files.ts'

const FOLDER = 'templates/node24-ts'

/** Without each of these of-watchdog does something else than our server counts on. */
const NEEDED = [
  'mode=http',
  'upstream_url=http://127.0.0.1:3000',
  'log_buffer_size=-1',
  'prefix_logs=false',
  'ready_path=/ready',
  'NODE_ENV=production',
]
/** How much longer than of-watchdog hands calls on Node may take them. */
const MOST_LINGER_SECONDS = 2

const textOf = (files: readonly SourceFile[], path: string): string =>
  files.find((file) => file.path === path)?.text ?? ''

const esbuildOf = (packageJson: string): string | undefined =>
  (JSON.parse(packageJson || '{}') as { devDependencies?: Record<string, string> }).devDependencies?.esbuild

/** The template's Dockerfile, template.yml and package.json say the same, and what of-watchdog and platforms need. */
export const checkTemplate: Rule = (files) => {
  const dockerfile = textOf(files, `${FOLDER}/Dockerfile`).replace(/^#.*$/gm, '')
  const ours = /^fprocess: (.+)$/m.exec(textOf(files, `${FOLDER}/template.yml`))?.[1]
  const process = /\bfprocess="([^"]+)"/.exec(dockerfile)?.[1]
  const lingerSeconds = Number(/--linger (\d+)/.exec(process ?? '')?.[1]) / 1000
  const interval = Number(/\bhealthcheck_interval=(\d+)s/.exec(dockerfile)?.[1])
  const isLingering = lingerSeconds > interval && lingerSeconds <= interval + MOST_LINGER_SECONDS
  const esbuild = esbuildOf(textOf(files, `${FOLDER}/package.json`))
  const complaints = [
    [ours !== undefined && ours === process, 'template.yml and Dockerfile must name one fprocess'],
    [isLingering, 'the Dockerfile must let Node linger a little longer than healthcheck_interval'],
    ...NEEDED.map((setting) => [dockerfile.includes(setting), `the Dockerfile must set ${setting}`]),
    [/^USER [1-9]\d*/m.test(dockerfile), 'the image must run as a numbered user other than root'],
    [/^HEALTHCHECK .*CMD \["fwatchdog"/m.test(dockerfile), 'the HEALTHCHECK must do without a shell'],
    [/^CMD \["fwatchdog"\]/m.test(dockerfile), 'of-watchdog must be the first process'],
    [!/\bnpm (i|install)\b/.test(dockerfile), 'the Dockerfile must install by the lock file (npm ci)'],
    [/^ARG WATCHDOG_DIGEST/m.test(dockerfile), 'the Dockerfile must take a digest of of-watchdog'],
    [
      esbuild !== undefined && esbuild === esbuildOf(textOf(files, 'package.json')),
      'the template must bundle with the esbuild of the repository',
    ],
  ] as const
  return complaints.flatMap(([isRight, complaint]) => (isRight ? [] : [`${FOLDER}: ${complaint}`]))
}

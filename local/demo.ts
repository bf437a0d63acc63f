/** `npm run demo`: plays a first visit against the running stack and proves each step; exit 1 when one is not as it must be. */
import { strict as assert } from 'node:assert'
import { randomBytes } from 'node:crypto'
import { parseArgs } from 'node:util'
import sharp from 'sharp'
import { processEnv } from '#shared/platform/env.ts'
import { loadTariff } from '#shared/platform/tariff-file.ts'
import { openApi } from './demo/api.ts'
import { type ChatMessage, type Conversation, openConversation } from './demo/conversation.ts'
import { printLeftovers } from './demo/leftovers.ts'
import { readStack } from './demo/stack.ts'

const HELP = `Plays a first visit of a new person against the running stack (npm start), line by line, and proves each step.

  npm run demo [-- --language ru|en]

KOPEIKA_HOME  the stack's folder (default: .kopeika)
`

const { values } = parseArgs({
  options: {
    language: { type: 'string', default: 'en' },
    help: { type: 'boolean', short: 'h', default: false },
  },
})
const print = (line: string): void => console.log(line)

type Profile = {
  user: { id: string }
  balance: { coins: number; held: number; debt: number }
  currentAvatar: { width: number; height: number; urls: Record<string, string> } | null
}
type History = {
  items: { amount: number; type: string; description: string; balanceAfter: number; createdAt: string }[]
}
type Transcripts = { items: { id: string; title: string; characters: number }[] }

const LANDSCAPE = `
  <svg xmlns="http://www.w3.org/2000/svg" width="1200" height="900">
    <defs><linearGradient id="sky" x1="0" y1="0" x2="0" y2="1">
      <stop offset="0" stop-color="#31477f"/><stop offset="0.6" stop-color="#e58a6b"/><stop offset="1" stop-color="#f8d08b"/>
    </linearGradient></defs>
    <rect width="1200" height="900" fill="url(#sky)"/>
    <circle cx="620" cy="520" r="110" fill="#fff1c9"/>
    <path d="M0 640 L260 400 L470 600 L700 380 L960 620 L1200 460 V900 H0 Z" fill="#3f4a6b"/>
    <path d="M0 760 Q300 640 600 740 T1200 700 V900 H0 Z" fill="#26304d"/>
  </svg>`

/** A photo as a phone makes it: with a place and a name in its metadata. */
const makePhoto = (): Promise<Buffer> =>
  sharp(Buffer.from(LANDSCAPE))
    .withExif({ IFD0: { Copyright: 'demo' }, IFD3: { GPSLatitude: '55/1 45/1 0/1' } })
    .jpeg({ quality: 85 })
    .toBuffer()

const checkAvatar = async (profile: Profile): Promise<void> => {
  const avatar = profile.currentAvatar
  assert(avatar, 'the photo did not become the avatar')
  for (const size of ['512', '256', '64']) {
    const response: Response = await fetch(avatar.urls[size] ?? '')
    assert.equal(response.status, 200, `the avatar's url for ${size} answered ${response.status}`)
    const bytes = Buffer.from(await response.arrayBuffer())
    const { format, width, height, exif } = await sharp(bytes).metadata()
    assert.deepEqual([format, width, height, exif], ['webp', Number(size), Number(size), undefined])
    print(
      `  check :  avatar ${size}x${size} WebP, ${bytes.length} bytes, no metadata, fetched through its url`,
    )
  }
}

const visit = async (): Promise<void> => {
  const stack = readStack(processEnv().KOPEIKA_HOME ?? '.kopeika')
  const tariff = loadTariff(new URL('../tariff.yml', import.meta.url).pathname)
  const api = openApi(stack)
  const language = values.language === 'ru' ? 'ru' : 'en'
  const firstName = language === 'ru' ? 'Аня' : 'Anna'
  const chat: Conversation = await openConversation(
    new URL(stack.telegram.page ?? '').origin,
    { firstName, languageCode: language },
    print,
  )
  const readProfile = (): Promise<Profile> => api.json('profile', `/?telegramId=${chat.personId}`)
  const expectCoins = async (expected: number, what: string): Promise<Profile> => {
    const profile = await readProfile()
    assert.equal(
      profile.balance.coins,
      expected,
      `${what}: ${profile.balance.coins} coins instead of ${expected}`,
    )
    print(`  check :  ${what}: ${expected} coins`)
    return profile
  }

  print(`\n1. A stranger writes: the account is made, with a welcome bonus`)
  await chat.say('/start')
  let coins = tariff.welcomeBonus
  const { user } = await expectCoins(coins, `user ${chat.personId} registered, bonus`)
  await chat.say('/balance')

  print('\n2. Top-up with Telegram Stars')
  const packs: ChatMessage = await chat.say('/topup')
  const pack = tariff.packs.find((candidate) => candidate.prices.XTR !== undefined)
  assert(pack, 'the tariff has no pack for Stars')
  const invoice = await chat.press(packs, pack.title[language])
  assert(invoice.invoice, 'pressing a pack gave no invoice')
  await chat.pay(invoice)
  coins += pack.coins
  await expectCoins(coins, `${pack.prices.XTR} Stars credited`)

  print('\n3. A photo becomes the avatar, and is charged')
  await chat.sendFile('photo', 'me.jpg', 'image/jpeg', await makePhoto())
  coins -= tariff.services.avatar?.coins ?? 0
  await checkAvatar(await expectCoins(coins, 'avatar charged'))

  print('\n4. A text file becomes an encrypted transcript, and is charged')
  const secret = `sesame-${randomBytes(6).toString('hex')}`
  const lines = `Meeting of the founders.\nThe password of the day is ${secret}.\n`
  await chat.sendFile('document', 'meeting.txt', 'text/plain', Buffer.from(lines, 'utf8'))
  coins -= tariff.services.transcript?.coins ?? 0
  await expectCoins(coins, 'transcript charged')
  const { items: transcripts } = await api.json<Transcripts>('transcript-save', `/?userId=${user.id}`)
  const [transcript] = transcripts
  assert(transcript, 'no transcript was stored')
  const readBack = await api.text('transcript-save', `/${transcript.id}?userId=${user.id}&format=txt`)
  assert(readBack.includes(secret), 'the transcript read back is not the text that was sent')
  print(`  check :  transcript "${transcript.title}" read back, ${transcript.characters} characters`)

  print('\n5. History: every movement explained')
  await chat.say('/history')
  const { items: history } = await api.json<History>('profile', `/transactions?userId=${user.id}&limit=100`)
  for (const { createdAt, type, amount, balanceAfter, description } of history.toReversed()) {
    print(
      `  row   :  ${createdAt}  ${type.padEnd(8)} ${String(amount).padStart(6)}  balanceAfter ${String(balanceAfter).padStart(6)}  ${description}`,
    )
  }
  assert.equal(history.length, 4, `${history.length} movements instead of 4`)
  assert.equal(history[0]?.balanceAfter, coins)

  print('\n6. What the visit left behind')
  await printLeftovers(stack, { userId: user.id, coins, secret }, print)
  print('\nThe demo passed.')
}

if (values.help) {
  process.stdout.write(HELP)
} else {
  try {
    await visit()
  } catch (error) {
    process.stderr.write(`\nThe demo failed: ${error instanceof Error ? error.message : error}\n`)
    process.exitCode = 1
  }
}

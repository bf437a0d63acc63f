import { strict as assert } from 'node:assert'
import { randomBytes } from 'node:crypto'
import sharp from 'sharp'
import { text } from '#shared/domain/texts/texts.ts'
import { makeVoice } from '../speech/ogg.ts'
import type { Profile, Visit } from './visit.ts'

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

const checkAvatar = async ({ checked }: Visit, { currentAvatar }: Profile): Promise<void> => {
  assert(currentAvatar, 'the photo did not become the avatar')
  for (const size of ['512', '256', '64']) {
    const response: Response = await fetch(currentAvatar.urls[size] ?? '')
    assert.equal(response.status, 200, `the avatar's url for ${size} answered ${response.status}`)
    const bytes = Buffer.from(await response.arrayBuffer())
    const { format, width, height, exif } = await sharp(bytes).metadata()
    assert.deepEqual([format, width, height, exif], ['webp', Number(size), Number(size), undefined])
    checked(`avatar ${size}x${size} WebP, ${bytes.length} bytes, no metadata, fetched through its url`)
  }
}

/** A photo becomes the avatar, re-encoded and without its metadata. */
export const sendPhoto = async (visit: Visit): Promise<void> => {
  await visit.chat.sendFile('photo', 'me.jpg', 'image/jpeg', await makePhoto())
  const price = visit.tariff.services.avatar?.coins ?? 0
  await checkAvatar(visit, await visit.expectChange(-price, 'avatar charged'))
}

/** A text becomes a transcript that reads back; gives a phrase of it, to be looked for where it must not be. */
export const sendTranscript = async (visit: Visit): Promise<string> => {
  const { chat, api, tariff, checked } = visit
  const secret = `sesame-${randomBytes(6).toString('hex')}`
  const lines = `Meeting of the founders.\nThe password of the day is ${secret}.\n`
  await chat.sendFile('document', 'meeting.txt', 'text/plain', Buffer.from(lines, 'utf8'))
  const price = tariff.services.transcript?.coins ?? 0
  const { user } = await visit.expectChange(-price, 'transcript charged')
  const { items } = await api.json<Transcripts>('transcript-save', `/?userId=${user.id}`)
  const [transcript] = items
  assert(transcript, 'no transcript was stored')
  const readBack = await api.text('transcript-save', `/${transcript.id}?userId=${user.id}&format=txt`)
  assert(readBack.includes(secret), 'the transcript read back is not the text that was sent')
  checked(`transcript "${transcript.title}" read back, ${transcript.characters} characters`)
  return secret
}

const VOICE_SECONDS = 65

/** A voice message becomes a transcript: priced first, coins set aside, taken when the text is there; gives a phrase that was spoken. */
export const sendVoice = async (visit: Visit): Promise<string> => {
  const { chat, api, tariff, language, checked } = visit
  const price = 2 * (tariff.services.recording?.coins ?? 0)
  const secret = `parole-${randomBytes(6).toString('hex')}`
  const words =
    language === 'ru'
      ? `Добрый день. Завтра встречаемся в десять. Слово дня: ${secret}.`
      : `Good afternoon. We meet tomorrow at ten. The word of the day: ${secret}.`
  const voice = makeVoice({ words, seconds: VOICE_SECONDS })
  const offer = await chat.sendFile('voice', 'voice.ogg', 'audio/ogg', voice)
  await visit.expectChange(0, 'a price is told, nothing is charged')
  const button = text(language, 'recording-button', { coins: price })
  await chat.press(offer, button, (message) => message.text?.includes(secret) ?? false)
  const { user, balance } = await visit.expectChange(-price, 'voice message transcribed, 2 minutes charged')
  assert.equal(balance.held, 0, 'coins are still set aside')
  const { items } = await api.json<Transcripts>('transcript-save', `/?userId=${user.id}`)
  const path = `/${items[0]?.id}?userId=${user.id}&format=srt`
  const subtitles = await api.text('transcript-save', path)
  assert(subtitles.includes(secret) && subtitles.includes('-->'), 'no subtitles came of the voice message')
  checked('its text goes out as subtitles with times')
  return secret
}

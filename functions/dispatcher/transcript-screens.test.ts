import { randomBytes } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { text } from '#shared/domain/texts/texts.ts'
import {
  answersOf,
  connectWebhook,
  labelsOf,
  meet,
  messageFrom,
  plainText,
  postUpdate,
} from '../../test/support/chat.ts'
import { type House, openHouse } from '../../test/support/house.ts'
import { handler as profile } from '../profile/handler.ts'
import { handler as register } from '../register/handler.ts'
import { handler as transcriptSave } from '../transcript-save/handler.ts'
import { handler as dispatcher } from './handler.ts'

let house: House
beforeAll(async () => {
  house = await openHouse({ functions: [dispatcher, register, profile, transcriptSave] })
  await connectWebhook(house)
})
afterAll(() => house?.close())

type Talk = Awaited<ReturnType<typeof meet>>
type Message = Awaited<ReturnType<Talk['say']>>

const SRT =
  '1\n00:00:01,000 --> 00:00:02,000\nПервая ёлка\n\n2\n00:00:03,000 --> 00:00:04,000\nSecond <tree> & more\n'

const keep = (chat: Talk, name: string, words: string): Promise<Message> =>
  chat.sendFile('document', name, 'text/plain', Buffer.from(words))

const openFirst = async (chat: Talk, name: string): Promise<Message> =>
  chat.press(await chat.say('/transcripts'), name)

const dialogueOf = async (chat: Talk): Promise<unknown> => {
  const [row] = await house.ownerSql<{ dialogue: unknown }[]>`
    select state_data -> 'dialogue' as dialogue from user_states s join users u on u.id = s.user_id
    where telegram_id = ${chat.personId}`
  return row?.dialogue
}

/** The document that a message of the bot carries. */
const documentOf = async (message: Message): Promise<{ name: string; bytes: Buffer }> => {
  const { document } = message as Message & { document?: { file_id: string; file_name: string } }
  if (!document) throw new Error('The message has no document.')
  const api = `${house.sim.apiRoot}/bot${house.sim.token}/getFile?file_id=${document.file_id}`
  const { result } = (await (await fetch(api)).json()) as { result: { file_path: string } }
  const file = await fetch(`${house.sim.apiRoot}/file/bot${house.sim.token}/${result.file_path}`)
  return { name: document.file_name, bytes: Buffer.from(await file.arrayBuffer()) }
}

describe.each(['en', 'ru'] as const)('an opened transcript (%s)', (language) => {
  it('goes out in every format', async () => {
    const chat = await meet(house, language)
    await keep(chat, 'мой звонок.srt', SRT)
    const shown = await openFirst(chat, 'мой звонок')
    expect(labelsOf(shown).slice(0, 5)).toEqual(['.txt', '.srt', '.vtt', '.json', '.docx'])
    const beginnings = {
      '.txt': 'Перв',
      '.srt': '1\n00',
      '.vtt': 'WEBVTT',
      '.json': '{"text"',
      '.docx': 'PK',
    }
    for (const [label, beginning] of Object.entries(beginnings)) {
      const sent = await chat.press(shown, label)
      expect(sent.caption).toBe(plainText(text(language, 'transcript-file', { title: 'мой звонок' })))
      const { name, bytes } = await documentOf(sent)
      expect([name, bytes.toString('utf8').startsWith(beginning)]).toEqual([`мой звонок${label}`, true])
    }
  })

  it('has no subtitles without times', async () => {
    const chat = await meet(house, language)
    await keep(chat, 'plain.txt', 'just words')
    expect(labelsOf(await openFirst(chat, 'plain')).slice(0, 3)).toEqual(['.txt', '.json', '.docx'])
  })

  it('comes as a document where it is longer than a message', async () => {
    const chat = await meet(house, language)
    const long = `${'длинный текст <b> & '.repeat(1_000)}конец`
    await keep(chat, 'long.txt', long)
    const list = await chat.say('/transcripts')
    const file = await chat.press(list, 'long', (message) => 'document' in message)
    expect((await documentOf(file)).bytes.toString('utf8')).toBe(long)
    const shown = (await answersOf(house, chat.personId)).at(-2)
    expect(shown?.text?.length).toBeLessThanOrEqual(4_096)
    expect(labelsOf(shown as Message)).toContain('.docx')
  })

  it('is renamed by the next words, and asked again for a title that cannot be', async () => {
    const chat = await meet(house, language)
    await keep(chat, 'old.txt', 'words')
    const asked = await chat.press(await openFirst(chat, 'old'), text(language, 'transcript-button-rename'))
    expect(asked.text).toBe(plainText(text(language, 'transcript-rename-ask', { title: 'old' })))
    expect((await chat.say('я'.repeat(201))).text).toBe(text(language, 'transcript-title-wrong'))
    const renamed = await chat.say('Новое <имя>')
    expect(renamed.text).toContain('Новое <имя>')
    await expect.poll(() => dialogueOf(chat)).toBeNull()
    const reopened = await chat.press(renamed, 'Новое <имя>')
    expect(reopened.text).toContain('Новое <имя>')
    // the next words are words again
    expect((await chat.say('and now?')).text).toBe(text(language, 'unknown-text'))
  })

  it('is deleted after a question, or kept', async () => {
    const chat = await meet(house, language)
    await keep(chat, 'gone.txt', 'words')
    const shown = await openFirst(chat, 'gone')
    const asked = await chat.press(shown, text(language, 'transcript-button-delete'))
    const kept = await chat.press(asked, text(language, 'transcript-button-keep'))
    expect(kept.text).toContain('gone')
    const again = await chat.press(shown, text(language, 'transcript-button-delete'))
    const deleted = await chat.press(again, text(language, 'transcript-button-delete-yes'))
    expect([deleted.message_id, deleted.text]).toEqual([
      again.message_id,
      text(language, 'transcript-deleted'),
    ])
    const late = await chat.press(shown, '.txt')
    expect(late.text).toBe(text(language, 'transcript-gone'))
  })

  it('is found by /search and by the button that asks', async () => {
    const chat = await meet(house, language)
    await keep(chat, 'one.txt', 'Ёлка стоит в лесу')
    await keep(chat, 'two.txt', 'совсем другое')
    const found = await chat.say('/search елка лес')
    expect(found.text).toContain('Ёлка стоит в лесу')
    expect(labelsOf(found)).toEqual([
      'one',
      text(language, 'transcript-button-search'),
      text(language, 'button-transcripts'),
    ])
    const none = await chat.say('/search кит')
    expect(none.text).toBe(plainText(text(language, 'transcript-search-none', { words: 'кит' })))
    const asked = await chat.press(await chat.say('/transcripts'), text(language, 'transcript-button-search'))
    expect(asked.text).toBe(text(language, 'transcript-search-ask'))
    expect((await chat.say('?!')).text).toBe(text(language, 'transcript-search-wrong'))
    expect((await chat.say('другое')).text).toContain('совсем другое')
    expect((await chat.say('другое')).text).toBe(text(language, 'unknown-text'))
  })

  it('a question is taken back by its button, by /cancel, or by another command', async () => {
    const chat = await meet(house, language)
    const asked = await chat.say('/search')
    const cancelled = await chat.press(asked, text(language, 'button-cancel'))
    expect([cancelled.message_id, cancelled.text]).toEqual([
      asked.message_id,
      text(language, 'question-cancelled'),
    ])
    await chat.say('/search')
    expect((await chat.say('/cancel')).text).toBe(text(language, 'question-cancelled'))
    expect((await chat.say('/cancel')).text).toBe(text(language, 'question-none'))
    await chat.say('/search')
    await chat.say('/balance')
    expect((await chat.say('слова')).text).toBe(text(language, 'unknown-text'))
  })
})

describe('nothing typed is lost', () => {
  it('while the title cannot be written down: the update comes again and takes effect', async () => {
    const chat = await meet(house, 'en')
    await keep(chat, 'old.txt', 'words')
    await chat.press(await openFirst(chat, 'old'), text('en', 'transcript-button-rename'))
    const update = messageFrom(chat.personId, { text: 'kept title' })
    await house.ownerSql`alter table user_transcripts rename to user_transcripts_away`
    expect((await postUpdate(house, update)).status).toBe(503)
    await house.ownerSql`alter table user_transcripts_away rename to user_transcripts`
    expect(await dialogueOf(chat)).toMatchObject({ kind: 'rename-transcript' })
    // the claim of the failed delivery is given back before it is answered
    let status = 0
    for (let tries = 0; tries < 50 && status !== 200; tries += 1) {
      status = (await postUpdate(house, update)).status
      if (status !== 200) await pause(100)
    }
    expect(status).toBe(200)
    expect((await chat.say('/transcripts')).text).toContain('kept title')
    expect(await dialogueOf(chat)).toBeNull()
  })

  it('but an answer of an hour later, or to a transcript that is gone, renames nothing', async () => {
    const chat = await meet(house, 'en')
    await keep(chat, 'old.txt', 'words')
    const shown = await openFirst(chat, 'old')
    await chat.press(shown, text('en', 'transcript-button-rename'))
    await house.ownerSql`
      update user_states s set state_data = jsonb_set(state_data, '{dialogue,askedAt}', to_jsonb(${Date.now() - 3_700_000}::bigint))
      from users u where u.id = s.user_id and telegram_id = ${chat.personId}`
    expect((await chat.say('late')).text).toBe(text('en', 'unknown-text'))
    await chat.press(shown, text('en', 'transcript-button-rename'))
    await house.ownerSql`
      delete from user_transcripts t using users u where u.id = t.user_id and telegram_id = ${chat.personId}`
    expect((await chat.say('later')).text).toBe(text('en', 'transcript-gone'))
    expect(await dialogueOf(chat)).toBeNull()
  })
})

describe('secrecy of what is typed', () => {
  it('neither titles nor words searched for stay in the database or the log', async () => {
    const chat = await meet(house, 'ru')
    const [title, words] = [
      `заголовок${randomBytes(6).toString('hex')}`,
      `слова${randomBytes(6).toString('hex')}`,
    ]
    await keep(chat, 'old.txt', 'words')
    await chat.press(await openFirst(chat, 'old'), text('ru', 'transcript-button-rename'))
    await chat.say(title)
    await chat.say(`/search ${words}`)
    await chat.say('/search')
    await chat.say(words)
    await house.settled()
    const tables = await house.ownerSql<{ name: string }[]>`
      select table_schema || '.' || table_name as name from information_schema.tables
      where table_schema in ('public', 'graphile_worker') and table_type = 'BASE TABLE'`
    const lines: string[] = [...house.logs]
    for (const { name } of tables) {
      const rows = await house.ownerSql<
        { line: string }[]
      >`select t::text as line from ${house.ownerSql(name)} t`
      lines.push(...rows.map(({ line }) => `${name}: ${line}`))
    }
    const forms = [title, words, encodeURIComponent(title), encodeURIComponent(words)]
    expect(lines.filter((line) => forms.some((form) => line.includes(form)))).toEqual([])
  })
})

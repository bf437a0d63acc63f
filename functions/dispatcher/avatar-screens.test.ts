import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { encodeCallback } from '#shared/domain/callback-data.ts'
import { text } from '#shared/domain/texts/texts.ts'
import type { ChatMessage, Conversation } from '../../local/demo/conversation.ts'
import { addPhoto } from '../../local/telegram/files.ts'
import {
  answersOf,
  connectWebhook,
  meet,
  messageFrom,
  plainText,
  postUpdate,
  signedFor,
  updateOf,
} from '../../test/support/chat.ts'
import { type House, openHouse } from '../../test/support/house.ts'
import { handler as avatarUpload } from '../avatar-upload/handler.ts'
import { handler as profile } from '../profile/handler.ts'
import { handler as register } from '../register/handler.ts'
import { handler as dispatcher } from './handler.ts'

/** Of the tariff in the repository. */
const ROOM = 20
const COLOURS = ['#ff0000', '#00ff00', '#0000ff']

let house: House
beforeAll(async () => {
  house = await openHouse({ functions: [dispatcher, register, profile, avatarUpload] })
  await connectWebhook(house)
})
afterAll(() => house?.close())

const photo = (background: string): Promise<Buffer> =>
  sharp({ create: { width: 300, height: 200, channels: 3, background } })
    .jpeg()
    .toBuffer()

/** A person who sent photos, one after the other; in English unless said. */
const withPhotos = async (colours: string[], language: 'ru' | 'en' = 'en'): Promise<Conversation> => {
  const chat = await meet(house, language)
  await chat.say('/start')
  for (const colour of colours) await chat.sendFile('photo', 'a.jpg', 'image/jpeg', await photo(colour))
  return chat
}

const buttonsOf = (message: ChatMessage): string[] =>
  message.reply_markup?.inline_keyboard?.flat().map(({ text }) => text) ?? []

/** Which of the three colours the photo of a message shows. */
const colourOf = async ({ photo: sizes }: ChatMessage): Promise<string | undefined> => {
  const { file_id = '' } = (sizes?.at(-1) ?? {}) as { file_id?: string }
  const bytes = house.sim.state.fileBytes.get(file_id)
  if (!bytes) return undefined
  const [red = 0, green = 0, blue = 0] = await sharp(bytes).resize(1, 1).raw().toBuffer()
  const most = Math.max(red, green, blue)
  return COLOURS[[red, green, blue].indexOf(most)]
}

const galleryOf = async (chat: Conversation): Promise<{ id: string; current: boolean }[]> =>
  (await house.call('profile', 'GET', `/avatars?telegramId=${chat.personId}`)).body.items

describe('/avatar', () => {
  it('opens the gallery at the current picture, with price, room and the ways on', async () => {
    const chat = await withPhotos(COLOURS)
    const page = await chat.say('/avatar')
    expect(await colourOf(page)).toBe('#0000ff')
    expect(plainText(page.caption ?? '')).toMatch(/^Your avatar, set .+\n1 of 3\n/)
    expect(page.caption).toContain('Price: 10 coins')
    expect(page.caption).toContain(`Pictures kept: 3 of ${ROOM}.`)
    expect(buttonsOf(page)).toEqual(['Older', 'Delete', '☰ Menu'])
  })

  it('turns pages in one message, to the oldest and back', async () => {
    const chat = await withPhotos(COLOURS)
    const first = await chat.say('/avatar')
    const second = await chat.press(first, 'Older')
    expect(second.message_id).toBe(first.message_id)
    expect([await colourOf(second), buttonsOf(second)]).toEqual([
      '#00ff00',
      ['Newer', 'Older', 'Make it my avatar', 'Delete', '☰ Menu'],
    ])
    expect(plainText(second.caption ?? '')).toMatch(/^An earlier avatar, taken off .+\n2 of 3\n/)
    const third = await chat.press(second, 'Older')
    expect([await colourOf(third), buttonsOf(third)]).toEqual([
      '#ff0000',
      ['Newer', 'Make it my avatar', 'Delete', '☰ Menu'],
    ])
    expect(await colourOf(await chat.press(third, 'Newer'))).toBe('#00ff00')
  })

  it('makes another picture the avatar, and takes nothing for it', async () => {
    const chat = await withPhotos(COLOURS)
    const page = await chat.press(await chat.say('/avatar'), 'Older')
    const before = await house.call('profile', 'GET', `/?telegramId=${chat.personId}`)
    const chosen = await chat.press(page, 'Make it')
    expect(chosen.message_id).toBe(page.message_id)
    expect(await colourOf(chosen)).toBe('#00ff00')
    expect(plainText(chosen.caption ?? '')).toMatch(/^Your avatar, set/)
    expect(buttonsOf(chosen)).toEqual(['Newer', 'Older', 'Delete', '☰ Menu'])
    expect((await galleryOf(chat)).map(({ current }) => current)).toEqual([false, true, false])
    const after = await house.call('profile', 'GET', `/?telegramId=${chat.personId}`)
    expect(after.body.balance).toEqual(before.body.balance)
    // pressed in an old message again: nothing changes
    await chat.press(page, 'Make it')
    expect((await galleryOf(chat)).map(({ current }) => current)).toEqual([false, true, false])
  })

  it('deletes only when asked twice, and shows what takes the place', async () => {
    const chat = await withPhotos(COLOURS)
    const page = await chat.say('/avatar')
    const asked = await chat.press(page, 'Delete')
    expect(asked.message_id).toBe(page.message_id)
    expect(plainText(asked.caption ?? '')).toMatch(/^Delete this picture for good\?/)
    expect(buttonsOf(asked)).toEqual(['Yes, delete', 'No, keep it'])
    // the picture that is asked about is in sight
    expect(await colourOf(asked)).toBe('#0000ff')
    const kept = await chat.press(asked, 'No')
    expect([await colourOf(kept), (await galleryOf(chat)).length]).toEqual(['#0000ff', 3])
    const after = await chat.press(await chat.press(kept, 'Delete'), 'Yes')
    expect(await colourOf(after)).toBe('#00ff00')
    expect(plainText(after.caption ?? '')).toMatch(/^Your avatar, set .+\n1 of 2\n/)
    expect(await galleryOf(chat)).toHaveLength(2)
    // its button in another message answers politely
    const late = await chat.press(asked, 'Yes')
    expect(late.text).toBe(text('en', 'old-button'))
    expect(await galleryOf(chat)).toHaveLength(2)
  })

  it('takes the last deleted picture out of the chat and says how to get another', async () => {
    const chat = await withPhotos(['#ff0000'])
    const asked = await chat.press(await chat.say('/avatar'), 'Delete')
    const last = await chat.press(asked, 'Yes', ({ text }) => text !== undefined)
    expect(last.text).toMatch(/^You have no avatar yet/)
    const messages = await answersOf(house, chat.personId)
    expect(messages.some(({ message_id }) => message_id === asked.message_id)).toBe(false)
  })

  it('speaks Russian', async () => {
    const chat = await withPhotos(COLOURS, 'ru')
    const page = await chat.say('/avatar')
    expect(plainText(page.caption ?? '')).toMatch(/^Ваш аватар, установлен .+\n1 из 3\n/)
    expect(page.caption).toContain(`Хранится картинок: 3 из ${ROOM}.`)
    expect(page.caption).toContain('Цена: 10 монет')
    const older = await chat.press(page, 'Более ранние')
    expect(buttonsOf(older)).toEqual([
      'Более новые',
      'Более ранние',
      'Сделать аватаром',
      'Удалить',
      '☰ Меню',
    ])
    const asked = await chat.press(older, 'Удалить')
    expect(plainText(asked.caption ?? '')).toMatch(/^Удалить эту картинку насовсем\?/)
    expect(buttonsOf(asked)).toEqual(['Да, удалить', 'Нет, оставить'])
  })

  it("does not show or touch another person's picture", async () => {
    const [owner, stranger] = [await withPhotos(['#ff0000']), await withPhotos(['#00ff00'])]
    const [foreign] = await galleryOf(owner)
    const page = await stranger.say('/avatar')
    const id = foreign?.id ?? ''
    for (const kind of ['avatar-choose', 'avatar-delete-confirmed', 'avatar'] as const) {
      const { status } = await postUpdate(
        house,
        updateOf({
          callback_query: {
            id: '1',
            from: { id: stranger.personId, is_bot: false, first_name: 'Test', language_code: 'en' },
            chat_instance: '1',
            message: {
              message_id: page.message_id,
              date: 1,
              chat: { id: stranger.personId, type: 'private' },
            },
            data: signedFor(house, stranger.personId, encodeCallback({ kind, id })),
          },
        }),
      )
      expect(status).toBe(200)
    }
    const shown = (await answersOf(house, stranger.personId)).filter(({ photo: sizes }) => sizes)
    expect(await Promise.all(shown.map(colourOf))).toEqual(['#00ff00'])
    expect(await galleryOf(owner)).toEqual([expect.objectContaining({ id, current: true })])
    expect(await galleryOf(stranger)).toHaveLength(1)
  })

  it('says in words that a picture cannot be shown, with the same buttons', async () => {
    const chat = await withPhotos(['#ff0000', '#00ff00'])
    const rows = await house.ownerSql<{ key: string }[]>`
      select avatar_data -> 'keys' ->> '512' as key from user_avatars a join users u on u.id = a.user_id
      where u.telegram_id = ${chat.personId}`
    await house.storage.remove(
      house.buckets.avatars,
      rows.map(({ key }) => key),
    )
    const page = await chat.say('/avatar')
    expect(page.photo).toBeUndefined()
    expect(plainText(page.text ?? '')).toMatch(/^This picture cannot be shown right now\.\n\nYour avatar/)
    expect(buttonsOf(page)).toEqual(['Older', 'Delete', '☰ Menu'])
    const left = await chat.press(await chat.press(page, 'Delete'), 'Yes', ({ text }) => text !== undefined)
    expect(plainText(left.text ?? '')).toContain('1 of 1')
    expect(await galleryOf(chat)).toHaveLength(1)
    expect(house.logs.join('')).not.toContain('X-Amz-Signature')
  })
})

describe('a full gallery', () => {
  it('refuses one more in words and with the way to the gallery, and takes nothing', async () => {
    const chat = await withPhotos(['#ff0000'])
    await house.ownerSql`
      insert into user_avatars (user_id, avatar_data)
      select user_id, avatar_data || jsonb_build_object('hash', n::text) from user_avatars a
      join users u on u.id = a.user_id and u.telegram_id = ${chat.personId}, generate_series(2, ${ROOM}) n`
    const before = await house.call('profile', 'GET', `/?telegramId=${chat.personId}`)
    const full = await chat.sendFile('photo', 'b.jpg', 'image/jpeg', await photo('#00ff00'))
    expect(plainText(full.text ?? '')).toMatch(new RegExp(`^You keep ${ROOM} pictures`))
    const after = await house.call('profile', 'GET', `/?telegramId=${chat.personId}`)
    expect(after.body.balance).toEqual(before.body.balance)
    const page = await chat.press(full, 'Avatar')
    expect(page.caption).toContain(`Pictures kept: ${ROOM} of ${ROOM}.`)
  })
})

describe('a photo', () => {
  it('is taken in its largest size, wherever that stands in the list', async () => {
    const chat = await withPhotos([])
    const upload = {
      bytes: await sharp({ create: { width: 1600, height: 900, channels: 3, background: '#888' } })
        .jpeg()
        .toBuffer(),
      fileName: 'a.jpg',
      mimeType: 'image/jpeg',
    }
    const sizes = await addPhoto(house.sim.state, upload, 'person')
    expect(sizes.length).toBeGreaterThan(2)
    const [first, ...rest] = sizes.toReversed()
    const shuffled = [...rest.slice(0, 1), first, ...rest.slice(1)]
    const answer = await postUpdate(house, messageFrom(chat.personId, { photo: shuffled }))
    expect(answer.status).toBe(200)
    const list = await house.call('profile', 'GET', `/avatars?telegramId=${chat.personId}`)
    expect(list.body.items[0].width).toBe(first?.width)
  })

  it('sent as an image document is taken in its own size', async () => {
    const chat = await withPhotos([])
    const bytes = await sharp({ create: { width: 1700, height: 900, channels: 3, background: '#888' } })
      .webp()
      .toBuffer()
    const saved = await chat.sendFile('document', 'no-extension', 'image/webp', bytes)
    expect(saved.text).toContain('new avatar')
    const list = await house.call('profile', 'GET', `/avatars?telegramId=${chat.personId}`)
    expect(list.body.items[0].width).toBe(1700)
  })
})

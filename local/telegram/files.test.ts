import sharp from 'sharp'
import { expect, test } from 'vitest'
import { makeVoice } from '../speech/ogg.ts'
import { newChat, post, request, sendForm, startTestServer, TOKEN } from './test-server.ts'

const picture = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: '#4a83d4' } })
    .jpeg()
    .toBuffer()

test('a photo comes in several sizes, upright JPEGs without metadata, the largest last', async () => {
  const simulator = await startTestServer()
  const chat = await newChat(simulator)
  const turned = await sharp(await picture(1500, 600))
    .withMetadata({ orientation: 6 })
    .jpeg()
    .toBuffer()
  const photo = new File([new Uint8Array(turned)], 'me.jpg', { type: 'image/jpeg' })
  const { body } = await sendForm(`${chat}/messages`, { photo, caption: 'Это я' })
  const sizes: { width: number; height: number; file_id: string }[] = body.message.photo
  expect(sizes.map(({ width, height }) => [width, height])).toEqual([
    [128, 320],
    [320, 800],
    [512, 1280],
  ])
  const { body: file } = await post(`${simulator.apiRoot}/bot${TOKEN}/getFile`, {
    file_id: sizes.at(-1)?.file_id,
  })
  const response = await fetch(`${simulator.apiRoot}/file/bot${TOKEN}/${file.result.file_path}`)
  const bytes = Buffer.from(await response.arrayBuffer())
  expect(bytes.length).toBe(file.result.file_size)
  expect(await sharp(bytes).metadata()).toMatchObject({ format: 'jpeg', width: 512, height: 1280 })
  expect((await sharp(bytes).metadata()).exif).toBeUndefined()
})

test('a small photo has one size', async () => {
  const simulator = await startTestServer()
  const photo = new File([new Uint8Array(await picture(100, 80))], 'small.jpg')
  const { body } = await sendForm(`${await newChat(simulator)}/messages`, { photo })
  expect(body.message.photo).toMatchObject([{ width: 100, height: 80 }])
})

test('a photo takes the place of another and of words, not of an invoice', async () => {
  const simulator = await startTestServer()
  const chat = await newChat(simulator)
  const chat_id = chat.split('/').at(-1) ?? ''
  const api = `${simulator.apiRoot}/bot${TOKEN}`
  await post(`${chat}/messages`, { text: '/start' })
  const photo = new File([new Uint8Array(await picture(100, 80))], 'a.jpg')
  const { body: sent } = await sendForm(`${api}/sendPhoto`, { chat_id, photo, caption: 'first' })
  const { message_id } = sent.result
  const edit = (id: number, side: number) =>
    picture(side, side).then((bytes) =>
      sendForm(`${api}/editMessageMedia`, {
        chat_id,
        message_id: String(id),
        media: JSON.stringify({
          type: 'photo',
          media: 'attach://other',
          caption: '<b>second</b>',
          parse_mode: 'HTML',
        }),
        other: new File([new Uint8Array(bytes)], 'b.jpg'),
      }),
    )
  const { body: edited } = await edit(message_id, 90)
  expect(edited.result).toMatchObject({
    message_id,
    caption: 'second',
    caption_entities: [{ type: 'bold' }],
    photo: [{ width: 90, height: 90 }],
  })
  const { body: words } = await post(`${api}/sendMessage`, { chat_id, text: 'words' })
  const { body: replaced } = await edit(words.result.message_id, 90)
  expect(replaced.result).toMatchObject({ caption: 'second', photo: [{ width: 90 }] })
  expect(replaced.result).not.toHaveProperty('text')
  const prices = [{ label: 'x', amount: 5 }]
  const goods = { title: 'Pack', description: '500', payload: 'p', currency: 'XTR', prices }
  const { body: bill } = await post(`${api}/sendInvoice`, { chat_id, ...goods })
  expect((await edit(bill.result.message_id, 90)).body.description).toBe(
    'Bad Request: there is no media in the message to edit',
  )
})

test('what is no picture, and a strip, are refused', async () => {
  const chat = await newChat(await startTestServer())
  const text = new File(['hello'], 'x.jpg', { type: 'image/jpeg' })
  expect(await sendForm(`${chat}/messages`, { photo: text })).toMatchObject({ status: 400 })
  const strip = new File([new Uint8Array(await picture(2100, 100))], 'strip.jpg')
  expect((await sendForm(`${chat}/messages`, { photo: strip })).body.error).toContain(
    'PHOTO_INVALID_DIMENSIONS',
  )
})

test('a document stays byte for byte and can be sent again by its id', async () => {
  const simulator = await startTestServer()
  const chat = await newChat(simulator)
  const document = new File(['1\n00:00 --> 00:01\nПривет\n'], 'встреча.srt', {
    type: 'application/x-subrip',
  })
  const { body } = await sendForm(`${chat}/messages`, { document, caption: '<b>как есть</b>' })
  expect(body.message).toMatchObject({
    caption: '<b>как есть</b>',
    document: { file_name: 'встреча.srt', mime_type: 'application/x-subrip', file_size: document.size },
  })
  const { file_id } = body.message.document
  const api = `${simulator.apiRoot}/bot${TOKEN}`
  const { body: file } = await post(`${api}/getFile`, { file_id })
  const response = await fetch(`${simulator.apiRoot}/file/bot${TOKEN}/${file.result.file_path}`)
  expect(await response.text()).toBe(await document.text())
  const chat_id = body.message.chat.id
  expect(
    (await post(`${api}/sendDocument`, { chat_id, document: file_id })).body.result.document.file_id,
  ).toBe(file_id)
  expect((await post(`${api}/sendPhoto`, { chat_id, photo: file_id })).status).toBe(400)
  const upload = await sendForm(`${api}/sendDocument`, {
    chat_id: String(chat_id),
    document: 'attach://f',
    f: document,
  })
  expect(upload.body.result.document.file_name).toBe('встреча.srt')
  const shown = await fetch(`${simulator.apiRoot}/sim/files/${file_id}`)
  expect(shown.headers.get('content-disposition')).toMatch(/^attachment/)
})

test('getFile refuses more than 20 MB and unknown ids; downloads need the token', async () => {
  const simulator = await startTestServer()
  const facts = {
    fileUniqueId: 'u',
    filePath: 'documents/file_1.bin',
    kind: 'document' as const,
    mimeType: 'x/y',
  }
  simulator.state.files.set('huge', { ...facts, fileId: 'huge', sizeBytes: 20 * 1024 * 1024 + 1 })
  const api = `${simulator.apiRoot}/bot${TOKEN}`
  expect((await post(`${api}/getFile`, { file_id: 'huge' })).body.description).toBe(
    'Bad Request: file is too big',
  )
  expect((await post(`${api}/getFile`, { file_id: 'nothing' })).body.description).toBe(
    'Bad Request: invalid file_id',
  )
  expect((await request(`${simulator.apiRoot}/file/bot1:no/documents/file_1.bin`)).status).toBe(401)
  expect((await request(`${simulator.apiRoot}/file/bot${TOKEN}/documents/none`)).status).toBe(404)
})

test('voice messages and audio say how long they last; a sample needs no microphone', async () => {
  const simulator = await startTestServer()
  const chat = await newChat(simulator)
  const bytes = new Uint8Array(makeVoice({ words: 'x', seconds: 65 }))
  const { body } = await sendForm(`${chat}/messages`, { voice: new File([bytes], 'any.ogg') })
  expect(body.message.voice).toMatchObject({ duration: 65, mime_type: 'audio/ogg', file_size: bytes.length })
  const audio = await sendForm(`${chat}/messages`, { audio: new File([bytes], 'talk.ogg') })
  expect(audio.body.message.audio).toMatchObject({ duration: 65, file_name: 'talk.ogg' })
  const shown = await fetch(`${simulator.apiRoot}/sim/files/${body.message.voice.file_id}`)
  expect(shown.headers.get('content-type')).toBe('audio/ogg')
  expect(Buffer.from(await shown.arrayBuffer()).equals(Buffer.from(bytes))).toBe(true)
  const sample = await post(`${chat}/sample-voice`, { words: 'Слова', seconds: 7 })
  expect(sample.body.message.voice.duration).toBe(7)
  const none = await sendForm(`${chat}/messages`, { voice: new File(['no sound'], 'a.ogg') })
  expect([none.status, none.body.error]).toEqual([400, expect.stringContaining('no recording')])
})

test('a message answers another one, for the bot as well; one that is gone is no reason not to send', async () => {
  const simulator = await startTestServer()
  const chat = await newChat(simulator)
  const first = await post(`${chat}/messages`, { text: 'first' })
  const { message_id } = first.body.message
  const answer = await post(`${chat}/messages`, { text: 'second', replyTo: message_id })
  expect(answer.body.message.reply_to_message).toMatchObject({ message_id, text: 'first' })
  expect((await post(`${chat}/messages`, { text: 'x', replyTo: 9_999 })).status).toBe(404)
  const send = (reply_parameters: object) =>
    post(`${simulator.apiRoot}/bot${TOKEN}/sendMessage`, {
      chat_id: chat.split('/').at(-1),
      text: 'bot',
      reply_parameters,
    })
  expect((await send({ message_id })).body.result.reply_to_message.text).toBe('first')
  expect((await send({ message_id: 9_999 })).status).toBe(400)
  const alone = await send({ message_id: 9_999, allow_sending_without_reply: true })
  expect([alone.status, alone.body.result.reply_to_message]).toEqual([200, undefined])
})

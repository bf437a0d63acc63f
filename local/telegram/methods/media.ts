import type { File } from '@grammyjs/types'
import { z } from 'zod'
import { badRequest } from '../api-error.ts'
import {
  addDocument,
  addPhoto,
  DOWNLOAD_LIMIT_BYTES,
  readFileBytes,
  toDocument,
  toPhotoSize,
  UPLOAD_LIMIT_BYTES,
  type Upload,
} from '../files.ts'
import { editedKeyboardOf } from '../markup.ts'
import { withButtons } from '../messages.ts'
import type { ChatMessage, StoredFile } from '../model.ts'
import { reachablePerson } from '../people.ts'
import type { SimulatorState } from '../state.ts'
import { defineMethod, fromForm, type MethodContext } from './define.ts'
import { applyEdit, EditTarget, ownMessage } from './edits.ts'
import { messageCaption, SendTarget, sendContent } from './send.ts'

type Source = { upload: Upload } | { known: StoredFile }

/** The file that a field means: an upload of that name, `attach://other-name`, or the id of a file that is there. */
const sourceOf = ({ state, files }: MethodContext, field: string, value: string | undefined): Source => {
  const attached = value?.startsWith('attach://') ? value.slice('attach://'.length) : field
  const upload = files.get(attached)
  if (upload !== undefined) {
    if (upload.bytes.length === 0) throw badRequest('file must be non-empty')
    return { upload }
  }
  const known = value === undefined ? undefined : state.files.get(value)
  if (known !== undefined) return { known }
  if (value === undefined || value === '') throw badRequest(`there is no ${field} in the request`)
  throw badRequest('wrong file identifier/HTTP URL specified')
}

/** All sizes of a photo that is sent again by one of its ids: here only that one. */
const resendPhoto = (file: StoredFile) => {
  if (file.kind !== 'photo') throw badRequest(`can't use file of type ${file.kind} as Photo`)
  return [toPhotoSize(file)]
}

const resendDocument = (file: StoredFile) => {
  if (file.kind !== 'document') throw badRequest(`can't use file of type ${file.kind} as Document`)
  return toDocument(file)
}

const photoOf = async (state: SimulatorState, source: Source) => ({
  photo: 'known' in source ? resendPhoto(source.known) : await addPhoto(state, source.upload, 'bot'),
})

const uploadDocument = async (state: SimulatorState, upload: Upload) => {
  if (upload.bytes.length > UPLOAD_LIMIT_BYTES) throw badRequest('file is too big')
  return toDocument(await addDocument(state, upload))
}

const documentOf = async (state: SimulatorState, source: Source) => ({
  document: 'known' in source ? resendDocument(source.known) : await uploadDocument(state, source.upload),
})

/** A message without what it says: words and media can take each other's place. */
const withoutContent = (message: ChatMessage): ChatMessage => {
  const { text: _text, entities: _marks, photo: _photo, document: _document, ...rest } = message
  const { caption: _words, caption_entities: _entities, ...bare } = rest
  return bare
}

/** What editMessageMedia puts in place; of the kinds of media photos and documents. */
const Media = z.object({
  type: z.enum(['photo', 'document']),
  media: z.string().min(1),
  caption: z.string().optional(),
  parse_mode: z.string().optional(),
})

const Caption = { caption: z.string().optional(), parse_mode: z.string().optional() }

/** `getFile`: where the bytes lie. Throws 400 above 20 MB, as Telegram does. */
const describeFile = (file: StoredFile): File => {
  if (file.sizeBytes > DOWNLOAD_LIMIT_BYTES) throw badRequest('file is too big')
  return {
    file_id: file.fileId,
    file_unique_id: file.fileUniqueId,
    file_size: file.sizeBytes,
    file_path: file.filePath,
  }
}

export const fileMethods = {
  sendPhoto: defineMethod(
    SendTarget.extend({ ...Caption, photo: z.string().optional() }),
    async ({ photo, caption, parse_mode, ...target }, context) => {
      const { state } = context
      reachablePerson(state, target.chat_id)
      const text = messageCaption(caption, parse_mode)
      const sent = await photoOf(state, sourceOf(context, 'photo', photo))
      return sendContent(state, target, { ...sent, ...text })
    },
  ),

  editMessageMedia: defineMethod(
    EditTarget.extend({ media: fromForm(Media) }),
    async ({ media, reply_markup, ...target }, context) => {
      const { state } = context
      const stored = ownMessage(state, target)
      if (stored.message.invoice !== undefined) throw badRequest('there is no media in the message to edit')
      const buttons = editedKeyboardOf(reply_markup)
      const text = messageCaption(media.caption, media.parse_mode)
      const source = sourceOf(context, 'media', media.media)
      const content = await (media.type === 'photo' ? photoOf(state, source) : documentOf(state, source))
      return applyEdit(
        state,
        stored,
        withButtons({ ...withoutContent(stored.message), ...content, ...text }, buttons),
      )
    },
  ),

  sendDocument: defineMethod(
    SendTarget.extend({ ...Caption, document: z.string().optional() }),
    async ({ document, caption, parse_mode, ...target }, context) => {
      const { state } = context
      reachablePerson(state, target.chat_id)
      const text = messageCaption(caption, parse_mode)
      const sent = await documentOf(state, sourceOf(context, 'document', document))
      return sendContent(state, target, { ...sent, ...text })
    },
  ),

  getFile: defineMethod(z.object({ file_id: z.string().min(1) }), async ({ file_id }, { state }) => {
    const file = state.files.get(file_id)
    if (file === undefined) throw badRequest('invalid file_id')
    const answer = describeFile(file)
    await readFileBytes(state, file).catch((error: unknown) => {
      throw Object.assign(badRequest('wrong file_id or the file is temporarily unavailable'), {
        cause: error,
      })
    })
    return answer
  }),
}

import type { Upload } from './files.ts'

/** What a request carries: JSON members or form fields, and the files of a multipart form by field. */
export type RequestContent = { fields: Record<string, unknown>; files: Map<string, Upload> }

/** A body that is not what its content type says. */
export class BodyError extends Error {
  override name = 'BodyError' as const
}

const readForm = async (request: Request): Promise<RequestContent> => {
  const content: RequestContent = { fields: {}, files: new Map() }
  for (const [name, value] of await request.formData()) {
    if (typeof value === 'string') content.fields[name] = value
    else {
      const bytes = Buffer.from(await value.arrayBuffer())
      content.files.set(name, {
        bytes,
        fileName: value.name,
        mimeType: value.type || 'application/octet-stream',
      })
    }
  }
  return content
}

const readJson = async (request: Request): Promise<RequestContent> => {
  const text = await request.text()
  const body: unknown = text === '' ? {} : JSON.parse(text)
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new BodyError('The body must be a JSON object.')
  return { fields: { ...body }, files: new Map() }
}

/** Reads the body by its content type: a form, or else JSON. Throws BodyError. */
export const readContent = async (request: Request): Promise<RequestContent> => {
  const type = request.headers.get('content-type') ?? ''
  try {
    return await (type.includes('form') ? readForm(request) : readJson(request))
  } catch (error) {
    if (error instanceof BodyError) throw error
    throw new BodyError(type.includes('form') ? 'The form cannot be read.' : 'The body is not JSON.', {
      cause: error,
    })
  }
}

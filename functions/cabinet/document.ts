import type { RawAnswer } from '#shared/http/call.ts'
import type { HttpResponse } from '#template/contract.ts'

/** A document of another function as a download. Whatever is in it, a browser opens it nowhere near the page. */
export const asDownload = ({ headers, bytes }: RawAnswer, fileName: string): HttpResponse => ({
  status: 200,
  headers: {
    'content-type': headers.get('content-type') ?? 'application/octet-stream',
    'content-disposition': headers.get('content-disposition') ?? `attachment; filename="${fileName}"`,
    'content-security-policy': "sandbox; default-src 'none'",
    'cross-origin-resource-policy': 'same-origin',
  },
  body: bytes,
})

type None = Record<never, never>

/** Messages of avatars and transcripts, and what they take. */
export type FilesMessages = {
  'avatar-add': None
  'avatar-hint': None
  'take-photo': None
  'drop-picture': None
  'camera-view': None
  'camera-refused': None
  shoot: None
  'crop-title': None
  'crop-hint': None
  'crop-zoom': None
  'crop-save': None
  'picture-too-large': None
  'picture-unreadable': None
  'avatar-saved': None
  'avatar-same': None
  gallery: None
  'gallery-count': { count: number; most: number }
  'gallery-empty': None
  'gallery-empty-hint': None
  'gallery-full': { most: number }
  'avatar-of': { date: string }
  'avatar-current': None
  'avatar-choose': None
  'avatar-chosen': None
  'avatar-delete': { date: string }
  'avatar-delete-title': None
  'avatar-delete-ask': None
  'avatar-delete-current': None
  'avatar-deleted': None
  transcript: None
  'transcript-add': None
  search: None
  'search-words': None
  'transcripts-empty': None
  'transcripts-empty-hint': None
  found: None
  'found-none': { words: string }
  'found-none-hint': None
  'transcript-new': None
  'transcript-new-hint': None
  'drop-text': None
  'text-unreadable': None
  'text-too-large': { size: string }
  title: None
  'title-optional': None
  text: None
  format: None
  'transcript-saved': None
  'back-to-transcripts': None
  'take-away': None
  'download-as': { format: string }
  renamed: None
  'transcript-delete-title': None
  'transcript-delete-ask': None
  'transcript-deleted': None
}

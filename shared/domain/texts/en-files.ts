/** English: avatars, transcripts, what went wrong. In Fluent (projectfluent.org). */
export const enFiles = `
avatar-saved =
    Done, you have a new avatar.
    Charged: { COINS($coins) }, balance: <b>{ COINS($balance) }</b>
avatar-same = This photo is your avatar already. Nothing was taken.
avatar-help = To change your avatar, send another photo. Price: { COINS($coins) }.
avatar-none = You have no avatar yet. Send a photo (JPEG, PNG or WebP) and we will set it. Price: { COINS($coins) }.
avatar-caption = Your avatar. Set { $date }
transcript-saved =
    Saved: <b>{ $title }</b> ({ CHARACTERS($characters) })
    Charged: { COINS($coins) }, balance: <b>{ COINS($balance) }</b>
transcripts-title = <b>Your transcripts</b>
transcripts-line =
    <b>{ $title }</b>
    <i>{ $date } · { CHARACTERS($characters) }</i>
transcripts-empty = You have no transcripts yet. Send a .txt, .srt, .vtt or .json file and we will keep it. Price: { COINS($coins) }.
transcripts-older = Show older
transcript-open = { $title }
transcript-show =
    <b>{ $title }</b>
    <i>{ $date } · { CHARACTERS($characters) }</i>

    { $text }
transcript-more = This is only the beginning. The whole text is in the file.
transcript-gone = This transcript is gone. The others are in /transcripts

unsupported-file = We cannot use this kind of file. We take photos (JPEG, PNG, WebP) and texts (.txt, .srt, .vtt, .json).
too-large = The file is too large: we take up to { NUMBER($megabytes) } MB.
transcript-too-large =
    This text is too long: we take up to { NUMBER($characters) } characters and { NUMBER($megabytes) } MB.
    Nothing was taken.
unreadable-image =
    We could not open this image: it is damaged, animated or too elongated. Please try another.
    Nothing was taken.
unreadable-transcript =
    We could not read this file: it is empty, damaged or not what its format should be.
    Nothing was taken.
busy-try-later = We have too much work right now, and nothing was taken. Please try again in a minute.
something-went-wrong =
    Something went wrong. We know about it and are looking into it; please try again later.
    If you need help, open /paysupport and tell us this number: <code>{ $requestId }</code>
rate-limited = That is too fast for us. Wait { SECONDS($seconds) } and try again.
`

/** English: avatars, transcripts, what went wrong. In Fluent (projectfluent.org). */
export const enFiles = `
avatar-saved =
    Done, you have a new avatar.
    Charged: { COINS($coins) }, balance: <b>{ COINS($balance) }</b>
avatar-same = This photo is your avatar already. Nothing was taken.
avatar-help =
    To change your avatar, send another photo. Price: { COINS($coins) }.
    Pictures kept: { NUMBER($kept) } of { NUMBER($room) }.
avatar-none = You have no avatar yet. Send a photo (JPEG, PNG or WebP) and we will set it. Price: { COINS($coins) }.
avatar-page =
    { $state ->
        [current] <b>Your avatar</b>, set { $date }
        [used] <b>An earlier avatar</b>, taken off { $date }
       *[unused] <b>A picture of yours</b>, added { $date }
    }
    { NUMBER($number) } of { NUMBER($total) }
avatar-unseen = This picture cannot be shown right now.
avatars-full =
    You keep { NUMBER($room) } pictures, and more there cannot be. Nothing was taken.
    Delete one in /avatars, then send the new photo again.
avatar-delete-ask =
    <b>Delete this picture for good?</b>
    The coins for it do not come back.
avatar-chosen = This is your avatar now
avatar-deleted = Deleted
avatar-button-choose = Make it my avatar
avatar-button-delete = Delete
avatar-button-delete-yes = Yes, delete
avatar-button-keep = No, keep it
avatar-button-older = Older
avatar-button-newer = Newer
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
transcript-button-file = .{ $format }
transcript-button-rename = Rename
transcript-button-delete = Delete
transcript-button-delete-yes = Yes, delete
transcript-button-keep = Keep
transcript-button-search = Search
transcript-file = <b>{ $title }</b>
transcript-rename-ask =
    The title now: <b>{ $title }</b>
    Write the new one.
transcript-renamed = Now it is called <b>{ $title }</b>
transcript-title-wrong = A title has 1 to 200 characters. Write another one.
transcript-delete-ask =
    Delete <b>{ $title }</b>?
    It cannot be brought back, and its price is not returned.
transcript-deleted = Deleted.
transcript-search-ask = Write the words to look for. The last one may be unfinished.
transcript-search-wrong = Write from 1 to 16 words, 200 characters at most: /search and the words.
transcript-search-title = Found for <b>{ $words }</b>
transcript-search-none = No transcript has all of this: <b>{ $words }</b>
transcript-search-more = There are more. Add a word to narrow it down.
transcript-search-slow = You have very many transcripts, and we have not looked through all of them yet. Try again, or add a word.
transcript-found =
    <b>{ $title }</b>
    <i>{ $date }</i>
    { $snippet }
question-cancelled = All right, never mind.
question-none = There is nothing to cancel.

unsupported-file = We cannot use this kind of file. We take photos (JPEG, PNG, WebP) and texts (.txt, .srt, .vtt, .json).
too-large = The file is too large: we take up to { NUMBER($megabytes) } MB.
transcript-too-large =
    This text is too long: we take up to { NUMBER($characters) } characters and { NUMBER($megabytes) } MB.
    Nothing was taken.
unreadable-image =
    We could not open this image: it is damaged, animated or too elongated. Please try another.
    Nothing was taken.
unreadable-transcript =
    We could not read this file: it is damaged or not what its format should be.
    Nothing was taken.
unknown-encoding =
    We could not read the letters of this file. Save it as text in UTF-8 and send it again.
    Nothing was taken.
empty-transcript = This file has no words in it. Nothing was taken.
busy-try-later = We have too much work right now, and nothing was taken. Please try again in a minute.
something-went-wrong =
    Something went wrong. We know about it and are looking into it; please try again later.
    If you need help, open /paysupport and tell us this number: <code>{ $requestId }</code>
rate-limited = That is too fast for us. Wait { SECONDS($seconds) } and try again.
`

/** English: avatars and transcripts. */
export const enFiles = `
avatar-add = New avatar
avatar-hint = Drop a picture here, choose a file, or take a photo.
take-photo = Take a photo
drop-picture = Let go to add it
camera-view = What the camera sees
camera-refused = The camera cannot be used. Allow this page to use it, or choose a photo you have.
shoot = Take it
crop-title = How it will look
crop-hint = Move the picture by finger, mouse or arrow keys, zoom by the keys + and −
crop-zoom = Zoom
crop-save = Make it my avatar
picture-too-large = This picture is too large.
picture-unreadable = This file does not open as a picture. JPEG, PNG and WebP will do.
avatar-saved = Your new avatar is in place.
avatar-same = This is your avatar already; nothing was taken.
gallery = Gallery
gallery-count = { NUMBER($count) } of { NUMBER($most) }
gallery-empty = No avatars yet
gallery-empty-hint = Add a picture above; it becomes your avatar at once.
gallery-full =
    You have { $most ->
        [one] { NUMBER($most) } avatar
       *[other] { NUMBER($most) } avatars
    } already, and there is no room for more. Delete one of them to add another.
avatar-of = Avatar of { $date }
avatar-current = Current
avatar-choose = Choose
avatar-chosen = Avatar chosen.
avatar-delete = Delete the avatar of { $date }
avatar-delete-title = Delete this avatar?
avatar-delete-ask = It cannot be brought back.
avatar-delete-current = This is your current avatar. It cannot be brought back.
avatar-deleted = Avatar deleted.

transcript = Transcript
transcript-add = Add
search = Search transcripts
search-words = Words or title
transcripts-empty = No transcripts yet
transcripts-empty-hint = Add a text here, or send the bot a file, a voice message or a video.
found = Found
found-none = Nothing found for “{ $words }”
found-none-hint = All the words are searched for. Try fewer of them, or their beginnings.
transcript-new = New transcript
transcript-new-hint = Drop a TXT, SRT, VTT or JSON file, choose one, or paste a text below.
drop-text = Let go to open it
text-unreadable = This file cannot be read as a text. TXT, SRT, VTT and JSON will do.
text-too-large = The text is too long: there is room for { $size } at the most.
title = Title
title-optional = Title (may be left out)
text = Text
format = Format
transcript-saved = Transcript saved.
back-to-transcripts = Back to transcripts
take-away = Download
download-as = Download as { $format }
renamed = Renamed.
transcript-delete-title = Delete this transcript?
transcript-delete-ask = Its text will be erased and cannot be brought back.
transcript-deleted = Transcript deleted.
`

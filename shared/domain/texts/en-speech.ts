/** English: texts from the chat and recordings as transcripts. In Fluent (projectfluent.org). */
export const enSpeech = `
minutes =
    { $count ->
        [one] { $count } minute
       *[other] { $count } minutes
    }
button-no-thanks = No, thanks

transcript-ask =
    Write or forward the text here, and we will keep it as a transcript, encrypted.
    { $price }
text-offer =
    That is a long text: { CHARACTERS($characters) }. Shall we keep it as a transcript?
    Encrypted, searchable, and you can take it away as a file. Price: <b>{ COINS($coins) }</b>.
text-offer-changed =
    The price has changed meanwhile: it is <b>{ COINS($coins) }</b> now. Nothing was taken.
    Shall we keep the text for that?
text-offer-button = Save as a transcript: { COINS($coins) }
offer-lost = We can no longer see the message that this was about. Nothing was taken; please send it again.
offer-taken = On its way

recording-offer =
    🎙 A recording of { $length }. Shall we turn it into text?
    Price: <b>{ COINS($coins) }</b> for { MINUTES($minutes) } (a minute that has begun counts). You pay only if there is a text.
recording-offer-changed =
    The price has changed meanwhile: a recording of { $length } costs <b>{ COINS($coins) }</b> now ({ MINUTES($minutes) }). Nothing was taken.
    Shall we turn the recording into text for that?
recording-offer-short =
    🎙 A recording of { $length }. Turning it into text costs <b>{ COINS($coins) }</b> ({ MINUTES($minutes) }).
    You need <b>{ COINS($missing) }</b> more. Top up, then press the button here.
recording-button = Turn into text: { COINS($coins) }
recording-too-long = This recording is too long: we take up to { MINUTES($minutes) }. Nothing was taken.
recording-too-large = This recording is too large: Telegram lets bots have files of up to { NUMBER($megabytes) } MB. Nothing was taken.
recording-unsuitable =
    We could not make out a recording in this file. We take voice messages, video notes and audio: OGG, MP3, M4A, WAV, FLAC and WebM.
    Nothing was taken.
recording-too-many = We are at work on { NUMBER($count) } of your recordings already. Let one of them be done, then press the button again.
recording-queued =
    ⏳ In the queue. { COINS($coins) } are set aside, and taken only when the text is there.
recording-downloading = ⬇️ Fetching the recording…
recording-recognising =
    { $elapsed ->
        [0] 👂 Listening to the recording ({ $length })…
       *[other] 👂 Listening to the recording ({ $length })… { $elapsed } so far.
    }
recording-done =
    ✅ <b>{ $title }</b>
    <i>{ $length } · { CHARACTERS($characters) }</i>

    { $text }

    Charged: { COINS($coins) }, balance: <b>{ COINS($balance) }</b>
recording-failed =
    { $reason ->
        [silent] 🤷 We heard no words in this recording.
        [unreadable] 🤷 We could not read this recording: it is damaged, or of a kind that we do not know.
        [gone] 🤷 Telegram does not hand out this recording any more. Please send it again.
        [away] 😔 Speech recognition does not work right now. Please try again later.
        [too-late] 😔 It took too long, and the time for which your coins were set aside is over. Please try again.
        [too-long-text] 🤷 The text came out longer than we can keep. Please send the recording in parts.
       *[interrupted] 😔 The work was interrupted too often. Please try again later.
    }
    Nothing was taken: the coins set aside are free again.
recording-news =
    { $outcome ->
        [done] ✅ The text of this recording is ready.
       *[failed] No text came of this recording; it says there why.
    }
recording-longer =
    This recording is longer than it said: { $length }. Nothing was taken.
    Turning all of it into text costs <b>{ COINS($coins) }</b> ({ MINUTES($minutes) }).
`

import { badInput, type CatalogueLine, fault } from '../support/catalogue.ts'

const AVATAR = 'functions/avatar-upload/handler.test.ts'
const AVATAR_INPUT = 'functions/avatar-upload/bad-input.test.ts'
const AVATAR_LOAD = 'functions/avatar-upload/load.test.ts'
const TELEGRAM_LINK = 'functions/avatar-upload/telegram-link.test.ts'
const GALLERY = 'functions/dispatcher/avatar-screens.test.ts'
const REFUSALS = 'shared/storage/image-refusals.test.ts'
const BOMBS = 'shared/storage/decompression-bombs.test.ts'
const POLICY = 'shared/domain/image-policy.test.ts'
const TRANSCRIPT = 'functions/transcript-save/handler.test.ts'
const KEEPING = 'functions/transcript-save/keeping.test.ts'
const SEARCH = 'functions/transcript-save/search.test.ts'
const RECORDINGS = 'functions/transcript-save/recordings.test.ts'
const BYTES = 'shared/domain/transcript/decode-bytes.test.ts'
const FORMATS = 'shared/domain/transcript-formats.test.ts'
const STORE_FAULTS = 'test/storage/faults.test.ts'
const OBJECTS = 'test/storage/objects.test.ts'
const BUCKETS = 'test/storage/buckets.test.ts'
const CRASH = 'test/storage/crash.test.ts'
const CANARY = 'functions/dispatcher/canary.test.ts'

/** What is covered of avatars, transcripts, recordings and their store. A test proves that every named test is there. */
export const CATALOGUE: readonly CatalogueLine[] = [
  badInput(
    '[Avatar] nothing, too many bytes, and files that are something else',
    [AVATAR_INPUT, '%s', 'refused, whatever its name and its declared type say; nothing is stored or taken'],
    [AVATAR, '%s', 'refuses'],
    [AVATAR, 'more than 20 MB'],
    [REFUSALS, '%s, whatever its name says'],
    [REFUSALS, 'every other loader, for the whole process'],
    [POLICY, 'names another file: %s'],
  ),
  badInput('[Avatar] polyglots, metadata and colour profiles come out re-encoded', [
    AVATAR_INPUT,
    '%s',
    'taken, and made anew from nothing but its pixels',
  ]),
  badInput(
    '[Avatar] decompression bombs: below 100 MB and 1 s',
    [BOMBS, '%s'],
    [REFUSALS, 'a hundred bytes that claim 65,535 x 65,535 pixels, without taking the memory'],
  ),
  badInput(
    '[Avatar] truncated, corrupt, animated, too long',
    [REFUSALS, 'a JPEG of %s x %s whose last bytes are cut, wherever the crop lies'],
    [REFUSALS, 'animations, long strips and nothing at all'],
    [POLICY, 'sees an animation: %s'],
    [POLICY, 'refuses with %s'],
    [POLICY, 'takes every cut of a good header as damaged or as no image'],
    [POLICY, 'never throws anything but AppError, whatever the bytes'],
  ),
  badInput('[Avatar] names that would lead elsewhere', [
    AVATAR_INPUT,
    'under a key of its own, not the name %j',
  ]),
  badInput('[Avatar] addresses and foreign ids in place of a file', [AVATAR_INPUT, 'a file id that is %s']),
  badInput(
    "[Avatar] the link that holds the bot's token",
    [TELEGRAM_LINK, '%s'],
    [TELEGRAM_LINK, 'what Telegram announces as too large is not even asked for'],
  ),
  badInput("[Avatar] another person's picture", [GALLERY, "does not show or touch another person's picture"]),
  badInput(
    '[Transcript] too large, empty, binary, in a wrong encoding',
    [TRANSCRIPT, '%s', 'refuses'],
    [TRANSCRIPT, 'a body of more than 5 MB'],
    [TRANSCRIPT, 'that is no text is refused'],
    [TRANSCRIPT, 'of more than 5 MB is not downloaded'],
    [KEEPING, '%s as a body'],
    [KEEPING, '%s as a document'],
    [KEEPING, 'too many segments, or a line too long'],
    [BYTES, 'refuses %s'],
  ),
  badInput(
    '[Transcript] subtitles and JSON that are none',
    [FORMATS, 'is refused naming line %s: %j'],
    [FORMATS, 'is refused with "%s": %s'],
    [FORMATS, 'has a limit of %s in %s'],
    [FORMATS, 'names what is wrong, and never quotes the text'],
  ),
  badInput(
    "[Transcript] another person's",
    [TRANSCRIPT, "another person's transcript does not exist"],
    [KEEPING, "is not given to another person's, to one that is gone, or by a person who has none"],
    [KEEPING, "not another person's"],
    [SEARCH, "knows nothing of other people's texts, and makes a list anew that is not its own"],
    [RECORDINGS, "another person's recording is not there"],
  ),
  badInput('[Transcript] searches that cannot be', [SEARCH, '%s: 400']),
  badInput(
    '[Recording] too long, without coins, at another price, no recording',
    [RECORDINGS, 'without the coins, with another price, too long, nonsense'],
    [RECORDINGS, 'silence; bytes that it cannot read; bytes that are no recording'],
    [RECORDINGS, 'a recording that is longer than was paid for: in its bytes, or in what is heard'],
    [RECORDINGS, 'more at once than the tariff has'],
  ),
  badInput(
    '[Store] links that are spoilt, too old, or for something else; wrong keys',
    [OBJECTS, 'is spoilt by %s'],
    [OBJECTS, 'works within its time and not after it'],
    [OBJECTS, 'reads one object, and neither writes nor deletes'],
    [OBJECTS, 'a wrong secret is an unavailable store'],
    [BUCKETS, 'a stranger %s'],
  ),
  fault(
    'killed between object and row, between row and delete: no orphan, nothing dangling',
    [CRASH, 'killed between object and row, again and again'],
    [CRASH, 'killed between row and delete, again and again'],
  ),
  fault(
    'the store away, slow, or half there: 503 in time, old avatars still served',
    [STORE_FAULTS, 'is served while the store takes no new one'],
    [STORE_FAULTS, 'is never read in part: the store %s is a 503 in time'],
    [STORE_FAULTS, 'is deleted while the store is away: the row at once, its objects when the store is back'],
    [STORE_FAULTS, 'opens after five failed calls and answers at once; closes by itself'],
    [STORE_FAULTS, 'leaves money and readiness alone'],
  ),
  fault('more pictures than a replica has room for: 503 with a time', [
    AVATAR_LOAD,
    'works on as many as it has decoders, lets a few wait, and sends the rest away with a time',
  ]),
  fault(
    'a transaction that breaks leaves neither row nor object, and takes nothing',
    [AVATAR, 'a transaction that breaks leaves nothing, tells nothing and frees its key'],
    [TRANSCRIPT, 'a transaction that breaks leaves neither row nor object, and frees its key'],
    [RECORDINGS, 'the transaction that stores it breaks: neither row, object nor coin'],
  ),
  fault(
    'a recogniser that fails or a worker that dies is never paid',
    [RECORDINGS, 'three dead workers: given up, and the coins are free'],
    [RECORDINGS, 'a process killed while it listens: the next one has the text, paid once'],
    [RECORDINGS, 'a claim that is lost to another worker stores nothing'],
    [RECORDINGS, 'the hold runs out while it is listened to: the text is not stored'],
  ),
  fault('a planted phrase occurs nowhere', [
    TRANSCRIPT,
    'neither text nor title stands readable in any row, object or log line',
  ]),
]

/** Files that `npm run test:media` runs beside those that the catalogue names. */
export const MORE_FILES = [
  CANARY,
  'test/media/**/*.test.ts',
  'test/storage/**/*.test.ts',
  'functions/avatar-upload/**/*.test.ts',
  'functions/transcript-save/**/*.test.ts',
  'functions/profile/gallery.test.ts',
  'functions/reconcile/objects.test.ts',
  'functions/dispatcher/{avatar,transcript,recording}-screens.test.ts',
  'functions/dispatcher/text-offers.test.ts',
  'shared/storage/**/*.test.ts',
  'shared/speech/**/*.test.ts',
  'shared/domain/{audio,transcript}/**/*.test.ts',
]

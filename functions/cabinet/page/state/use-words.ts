import { useEffect, useState } from 'preact/hooks'
import type { Language } from '#shared/domain/settings.ts'
import { loadWords, type Words } from '../texts/load.ts'

const RETRY_MS = 3_000

/** The words of that language; those that were there before, until they have come. */
export const useWords = (language: Language, atFirst: Words): Words => {
  const [words, setWords] = useState(atFirst)
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>
    let isLate = false
    const load = (): void => {
      loadWords(language).then(
        (next) => {
          if (!isLate) setWords(next)
        },
        () => {
          if (!isLate) timer = setTimeout(load, RETRY_MS)
        },
      )
    }
    load()
    return () => {
      isLate = true
      clearTimeout(timer)
    }
  }, [language])
  return words
}

import { useEffect, useRef, useState } from 'preact/hooks'
import { thumbHashToDataURL } from 'thumbhash'
import type { Avatar } from '../api/types.ts'

const placeholders = new Map<string, string>()

/** A few bytes say roughly how the picture looks: shown until it has come. */
const placeholderOf = (thumbhash: string): string | undefined => {
  const known = placeholders.get(thumbhash)
  if (known !== undefined) return known
  try {
    const url = thumbHashToDataURL(Uint8Array.from(atob(thumbhash), (char) => char.charCodeAt(0)))
    placeholders.set(thumbhash, url)
    return url
  } catch {
    return undefined // only a picture less
  }
}

type Props = {
  avatar: Avatar
  size: '64' | '256' | '512'
  alt: string
  /** The link has expired (they live for minutes): a fresh one is needed. */
  onExpired?: () => void
}

export const AvatarImage = ({ avatar, size, alt, onExpired }: Props) => {
  const [isLoaded, setLoaded] = useState(false)
  const url = avatar.urls[size]
  // asked for once: where a fresh link fails too, asking on would never end
  const hasAsked = useRef(false)
  useEffect(() => {
    setLoaded(false)
    hasAsked.current = false
  }, [avatar.id])
  const placeholder = placeholderOf(avatar.thumbhash)
  return (
    <span class="avatar-image">
      {placeholder !== undefined && <img class="avatar-blur" src={placeholder} alt="" />}
      <img
        class={isLoaded ? 'avatar-sharp loaded' : 'avatar-sharp'}
        src={url}
        width={size}
        height={size}
        alt={alt}
        decoding="async"
        onLoad={() => setLoaded(true)}
        onError={() => {
          if (!hasAsked.current) onExpired?.()
          hasAsked.current = true
        }}
      />
    </span>
  )
}

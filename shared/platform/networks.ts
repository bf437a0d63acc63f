import { BlockList, isIP } from 'node:net'

/** Whether an address lies in one of the networks. */
export type NetworkCheck = (address: string) => boolean

const BITS = { 4: 32, 6: 128 } as const

const familyOf = (address: string): 4 | 6 | undefined => {
  const family = isIP(address)
  return family === 4 || family === 6 ? family : undefined
}

/** An IPv4 address that reached an IPv6 socket is written so (RFC 4291, 2.5.5.2). */
const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i

/**
 * Reads networks in CIDR notation; an address without a length is that one address.
 * @throws Error naming the first that is none
 */
export const networkCheck = (networks: readonly string[]): NetworkCheck => {
  const list = new BlockList()
  for (const network of networks) {
    const [, address = '', length] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(network) ?? []
    const family = familyOf(address)
    const bits = family && (length === undefined ? BITS[family] : Number(length))
    if (family === undefined || bits === undefined || bits > BITS[family]) {
      throw new Error(`${network} is no network (such as 192.0.2.0/24)`)
    }
    list.addSubnet(address, bits, `ipv${family}`)
  }
  return (address) => {
    const plain = MAPPED.exec(address)?.[1] ?? address
    const family = familyOf(plain)
    return family !== undefined && list.check(plain, `ipv${family}`)
  }
}

/**
 * The address of the peer as the edge tells it in X-Forwarded-For, which it overwrites: an address, with or without a port. Several
 * addresses, or none, mean that something else has written the header: undefined, and nobody is to be believed.
 */
export const peerAddressOf = (forwardedFor: string | undefined): string | undefined => {
  const text = forwardedFor?.trim() ?? ''
  if (familyOf(text)) return text
  const [, bracketed, plain] = /^(?:\[([^\]]+)\]|([\d.]+)):\d{1,5}$/.exec(text) ?? []
  const address = bracketed ?? plain ?? ''
  return familyOf(address) ? address : undefined
}

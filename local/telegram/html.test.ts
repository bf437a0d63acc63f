import { expect, test } from 'vitest'
import { findEntities } from './entities.ts'
import { parseHtml } from './html.ts'
import { toRichText } from './rich-text.ts'

test.each([
  ['<b>a</b><i>б</i>', 'aб', ['bold 0+1', 'italic 1+1']],
  ['<b>x <i>y</i></b>', 'x y', ['bold 0+3', 'italic 2+1']],
  ['1 &lt; 2 &amp;&amp; &#39;&#x1F600;&quot; &nbsp;', '1 < 2 && \'😀" &nbsp;', []],
  ['😀<u>x</u>', '😀x', ['underline 2+1']],
  ['<del>x</del><tg-spoiler>y</tg-spoiler>', 'xy', ['strikethrough 0+1', 'spoiler 1+1']],
  ['<span class="tg-spoiler">x</span>', 'x', ['spoiler 0+1']],
  ['<blockquote expandable>q</blockquote>', 'q', ['expandable_blockquote 0+1']],
  ['<B></B>', '', []],
])('%s', (html, text, entities) => {
  const parsed = parseHtml(html)
  expect(parsed.text).toBe(text)
  expect(parsed.entities.map(({ type, offset, length }) => `${type} ${offset}+${length}`)).toEqual(entities)
})

test('links keep their address, code its language', () => {
  expect(parseHtml('<a href="https://a.b/?x=1&amp;y=2">l</a>').entities).toEqual([
    { type: 'text_link', offset: 0, length: 1, url: 'https://a.b/?x=1&y=2' },
  ])
  expect(parseHtml('<pre><code class="language-ts">x</code></pre>').entities).toEqual([
    { type: 'pre', offset: 0, length: 1, language: 'ts' },
  ])
})

test.each([
  '<b>x',
  'x</b>',
  '<b><i>x</b></i>',
  '<script>x</script>',
  '<img src=x>',
  'a < b',
  '<span class="x">y</span>',
])('refused: %s', (html) => {
  expect(() => parseHtml(html)).toThrow(/^Bad Request: can't parse entities: /)
})

test.each([
  ['/start now', ['bot_command 0+6']],
  ['say /help@kopeika_bot', ['bot_command 4+17']],
  ['a/b 1/2', []],
  ['see https://a.b/c/d?e=/f.', ['url 4+20']],
  ['mail anna@example.com or @anna_bot #tag', ['email 5+16', 'mention 25+9', 'hashtag 35+4']],
])('finds what Telegram marks: %s', (text, expected) => {
  expect(findEntities(text).map(({ type, offset, length }) => `${type} ${offset}+${length}`)).toEqual(
    expected,
  )
})

test('text is trimmed and its entities move along', () => {
  expect(toRichText('  <b>x</b> /go \n', 'HTML')).toEqual({
    text: 'x /go',
    entities: [
      { type: 'bold', offset: 0, length: 1 },
      { type: 'bot_command', offset: 2, length: 3 },
    ],
  })
})

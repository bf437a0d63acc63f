import { formatAmount } from './amounts.ts'
import type { Payment } from './model.ts'

type Language = 'ru' | 'en'

const TEXTS = {
  ru: {
    title: 'Оплата',
    shop: 'Магазин',
    pay: 'Оплатить',
    cancel: 'Отменить',
    back: 'Вернуться в магазин',
    succeeded: 'Оплачено',
    waiting_for_capture: 'Деньги удержаны, магазин ещё не подтвердил',
    canceled: 'Платёж отменён',
    unknown: 'Такого платежа нет',
    note: 'Это симулятор ЮKassa: деньги ненастоящие.',
  },
  en: {
    title: 'Payment',
    shop: 'Shop',
    pay: 'Pay',
    cancel: 'Cancel',
    back: 'Back to the shop',
    succeeded: 'Paid',
    waiting_for_capture: 'The money is held, the shop has not confirmed yet',
    canceled: 'The payment is canceled',
    unknown: 'There is no such payment',
    note: 'This is a YooKassa simulator: no money is real.',
  },
} as const

const STYLE = `
:root { color-scheme: light dark; --wall: #eef2f5; --paper: #fff; --ink: #16202b; --soft: #65727f; --accent: #2b7de1; --on: #fff; --line: #dfe5ea;
  font: 16px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
@media (prefers-color-scheme: dark) { :root { --wall: #0f161d; --paper: #1b232c; --ink: #eaf0f5; --soft: #8fa0ae; --accent: #5aa2f2; --on: #0c1826; --line: #2a3541; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 16px; background: var(--wall); color: var(--ink); }
main { width: min(400px, 100%); padding: 28px 24px 24px; border-radius: 20px; background: var(--paper); box-shadow: 0 8px 32px #10203018; }
h1 { margin: 0; font-size: 1rem; font-weight: 500; color: var(--soft); }
.sum { margin: 4px 0 0; font-size: 2.25rem; font-weight: 650; letter-spacing: -0.02em; }
.what { margin: 8px 0 0; overflow-wrap: anywhere; }
.state { margin: 24px 0 0; padding: 14px 16px; border: 1px solid var(--line); border-radius: 14px; font-weight: 600; text-align: center; }
form { display: grid; gap: 10px; margin-top: 24px; }
button, .back { display: block; width: 100%; padding: 13px 16px; border: 0; border-radius: 14px; font: inherit; font-weight: 600; text-align: center; text-decoration: none; cursor: pointer; background: none; color: var(--accent); }
button.main { background: var(--accent); color: var(--on); }
.back { margin-top: 10px; }
button:hover, .back:hover { filter: brightness(1.08); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.note { margin: 20px 0 0; font-size: 0.8125rem; color: var(--soft); text-align: center; }`

/** Nothing is loaded, nothing runs; the form goes to this server alone and its answer leads to the shop. */
const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
  // not `no-referrer`: a browser then gives its own form the Origin `null`, which is refused as another site's
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
}

const ESCAPES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (sign) => ESCAPES[sign] ?? sign)

/** `?lang=` first, then what the browser prefers; Russian for everybody who reads it. */
export const languageOf = (url: URL, acceptLanguage: string | undefined): Language => {
  const asked = url.searchParams.get('lang') ?? acceptLanguage ?? ''
  return /^\s*ru\b/i.test(asked) ? 'ru' : 'en'
}

const document = (language: Language, content: string, status: number): Response => {
  const text = TEXTS[language]
  const html = `<!doctype html>
<html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${text.title}</title><style>${STYLE}</style></head>
<body><main>${content}<p class="note">${text.note}</p></main></body></html>`
  return new Response(html, { status, headers: HEADERS })
}

const priceText = ({ amount, currency }: Payment, language: Language): string =>
  Number(formatAmount(amount)).toLocaleString(language === 'ru' ? 'ru-RU' : 'en-GB', {
    style: 'currency',
    currency,
  })

/** The page that a person pays on. */
export const payPage = (payment: Payment | undefined, language: Language, shopId: string): Response => {
  const text = TEXTS[language]
  if (payment === undefined) return document(language, `<p class="state">${text.unknown}</p>`, 404)
  const { id, status, description = '', returnUrl } = payment
  const head = `<h1>${text.shop} ${escapeHtml(shopId)}</h1><p class="sum">${escapeHtml(priceText(payment, language))}</p><p class="what">${escapeHtml(description)}</p>`
  const foot =
    status === 'pending'
      ? `<form method="post" action="/pay/${id}?lang=${language}"><button class="main" name="do" value="pay">${text.pay}</button><button name="do" value="cancel">${text.cancel}</button></form>`
      : `<p class="state" role="status">${text[status]}</p><a class="back" href="${escapeHtml(returnUrl)}">${text.back}</a>`
  return document(language, head + foot, 200)
}

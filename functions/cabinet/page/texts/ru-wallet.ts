/** Russian: balance, top-up, usage, history. */
export const ruWallet = `
balance = Баланс
balance-free = Можно потратить
balance-all = Всего на счёте
balance-held = Отложено на задачи в работе
balance-after = Баланс после:
balance-debt = Долг после возврата платежа: { COINS($debt) }. Погасим его из ближайшего пополнения.

top-up = Пополнение
top-up-do = Пополнить
top-up-closed = Пополнить счёт здесь сейчас нельзя. Загляните в бота: команда /topup.
top-up-once = Монеты приходят сразу после оплаты и не сгорают. Если окно оплаты показало ошибку, сначала проверьте баланс и не платите ещё раз.
way = Чем платить
way-stars = Звёзды
way-telegram = Картой
way-yookassa = Карта или СБП
pack-buy = Купить { COINS($coins, case: "accusative") } за { $price }
pack-saving = выгода { $share }
payment-opening = Выставляем счёт…
payment-waiting = Ждём оплату: { COINS($coins) }. Монеты появятся здесь сами.
payment-late = Оплаты пока не видно. Если вы уже заплатили, не платите ещё раз: платёж обычно доходит за минуту.
payment-cancelled = Оплата не прошла, деньги не списаны. { COINS($coins) } можно купить ещё раз.
payment-paid = Готово: пришло { COINS($coins) }!
payment-check = Проверить
payment-open = Открыть счёт

usage = Траты по неделям
usage-as-table = Таблицей
usage-as-chart = Графиком
usage-empty = Пока ничего не потрачено
usage-others = Другое
usage-summary =
    Траты за { $weeks ->
        [one] { NUMBER($weeks) } неделю
        [few] { NUMBER($weeks) } недели
       *[many] { NUMBER($weeks) } недель
    }: { COINS($coins) }. Подробности в таблице.
usage-week = Неделя с { $date }: { COINS($coins) }
usage-from = Неделя с
usage-sum = Всего

history = История
history-filter = Какие операции показать
history-all = Все операции
history-empty = Здесь появятся ваши операции
history-empty-hint = Первая будет после пополнения или списания.
history-none = Таких операций нет
kind-bonus = Подарок
kind-top-up = Пополнение
kind-charge = Списание
kind-refund = Возврат монет
kind-reversal = Возврат платежа
kind-debt-payment = Погашение долга
kind-adjustment = Исправление
kind-opening = Перенос остатка
why-bonus = Вы впервые открыли счёт, и мы подарили монеты. Подарок даётся один раз.
why-top-up = Пришёл ваш платёж.
why-charge = Работа выполнена, это её цена.
why-refund = Мы вернули вам монеты.
why-reversal = Платёж вернули, поэтому купленные за него монеты списаны.
why-debt-payment = Монеты возвращённого платежа были уже потрачены. Этот долг теперь погашен.
why-adjustment = Оператор поправил счёт вручную.
why-opening = Остаток перенесён из прежнего бота.

entry = Операция
fact-what = За что
fact-when = Когда
fact-balance = было { NUMBER($before) }, стало { NUMBER($after) }
fact-price = Цена
fact-units = { NUMBER($units) } × { COINS($price) }
fact-work = Что получилось
work-avatar = Аватар
work-transcript = Расшифровка
work-gone = { $work }: с тех пор удалено
fact-paid = Оплачено
fact-payment = Номер платежа
fact-refund = Возвращено
origin-operator = оператором
origin-self-service = по вашей просьбе
origin-outside = платёжной системой
fact-debt = Стало долгом: { COINS($debt) }
fact-hold = Откладывали
fact-held = { COINS($coins, case: "accusative") }, { $date }
fact-version = Версия цен
fact-id = Номер операции
`

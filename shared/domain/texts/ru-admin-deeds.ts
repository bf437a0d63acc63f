/** Russian: what an operator does, and how it ends. In Fluent (projectfluent.org). */
export const ruAdminDeeds = `
admin-ask-coins =
    { $action ->
        [credit] Сколько монет начислить? Кому: <b>{ $name }</b>.
        [debit] Сколько монет списать? У кого: <b>{ $name }</b>.
       *[resolve] Сколько монет зачислить за этот платёж? Кому: <b>{ $name }</b>.
    } Свободно сейчас: { NUMBER($spendable) }. Пришлите целое число.
admin-coins-wrong = Это не количество. Пришлите целое число от 1 до { NUMBER($most) }, цифрами от 0 до 9 и без знака.
admin-ask-reason =
    { $action ->
        [credit] Почему начисляем? Эти слова <b>человек увидит</b> в истории.
        [debit] Почему списываем? Эти слова <b>человек увидит</b> в истории.
        [block] Почему блокируем? Причину видят операторы; в /export она есть и у самого человека.
        [unblock] Почему разблокируем? Причину видят операторы; в /export она есть и у самого человека.
        [refund] Почему возвращаем деньги? Причину видят только операторы.
        [resolve] За что был этот платёж? Ответ видят только операторы.
       *[discard] Почему отбрасываем обновление? Причину видят только операторы.
    }
admin-reason-wrong = Нужна причина, не длиннее { NUMBER($most) } знаков.
admin-ask-payee = Кому зачислить? Пришлите @имя, номер в Telegram или номер человека у нас.
admin-payee-wrong = «{ $words }» — это не ровно один человек. Пришлите номер в Telegram.
admin-confirm-coins =
    { $action ->
        [credit] Начислить <b>{ COINS($coins, case: "accusative") }</b>? Кому:
       *[debit] Списать <b>{ COINS($coins, case: "accusative") }</b>? У кого:
    } <b>{ $name }</b> (<code>{ $telegramId }</code>).
    Причина, её увидит человек: { $reason }
admin-confirm-access =
    { $action ->
        [block] ⛔ Заблокировать счёт? Чей:
       *[unblock] ✅ Разблокировать счёт? Чей:
    } <b>{ $name }</b> (<code>{ $telegramId }</code>).
    Причина: { $reason }
admin-confirm-refund =
    ↩️ Вернуть <b>{ $amount }</b>? Кому: { $name ->
        [0] плательщику, которого мы не знаем
       *[other] <b>{ $name }</b>
    }.
    Отзовём монет: { NUMBER($coins) }; потраченные станут долгом. Отменить будет нельзя.
    Платёж: <code>{ $paymentId }</code>
    Причина: { $reason }
admin-confirm-resolve =
    Зачислить <b>{ COINS($coins, case: "accusative") }</b> за платёж на { $amount }? Кому: <b>{ $name }</b>.
    Платёж: <code>{ $paymentId }</code>
    Причина: { $reason }
admin-confirm-discard =
    🗑 Отбросить обновление <code>{ $updateId }</code>? То, что прислал Telegram, пропадёт, и ничего по нему не произойдёт.
    Причина: { $reason }
admin-confirm-press = Нажмите кнопку под вопросом: выполнить или отменить.
admin-stale = Этот вопрос уже закрыт: на него ответили, прошло слишком много времени или после него был другой.

admin-done-coins =
    ✅ { $action ->
        [credit] Начислено
       *[debit] Списано
    }: { COINS($coins) }. Чей счёт: <b>{ $name }</b>. Баланс: <b>{ COINS($balance) }</b>{ $debtPaid ->
        [0] {""}
       *[other] , из них ушло на долг: { NUMBER($debtPaid) }
    }
admin-done-access =
    ✅ Счёт { $action ->
        [block] заблокирован
       *[unblock] снова открыт
    }. Чей: <b>{ $name }</b>.
admin-done-refund =
    { $state ->
        [done] ✅ Деньги возвращены
       *[requested] ⏳ Деньги возвращаются
    }: { $amount }. Отозвано: { COINS($coins) }, из них в долг: { NUMBER($debt) }.
admin-done-resolve = ✅ Зачислено: { COINS($coins) }. Кому: <b>{ $name }</b>.
admin-done-discard = 🗑 Обновление <code>{ $updateId }</code> отброшено.
admin-away-pop-up = Пока нет ответа. Нажмите ещё раз через минуту.
admin-refused =
    ✋ Ничего не сделано. { $reason ->
        [person-gone] Этого человека больше нет: возможно, он тем временем удалил счёт.
        [payment-gone] Такого платежа нет.
        [not-waiting] Этот платёж уже не ждёт решения: его кто-то разобрал.
        [nothing-left] От этого платежа ничего не осталось: деньги уже вернули.
        [under-way] Возврат этого платежа уже идёт.
        [provider-refused] Провайдер отказал в возврате; монеты снова на счёте.
        [made-outside] Такие платежи возвращают у платёжного провайдера, а потом записывают из командной строки: payments refund --outside.
        [blocked-already] Этот счёт уже заблокирован.
        [not-blocked] Этот счёт не заблокирован.
        [is-operator] Оператора заблокировать нельзя: сначала уберите его из списка операторов.
        [not-operator] Вас нет в списке операторов той функции, которая это делает: смотрите OPERATOR_TELEGRAM_IDS.
        [no-dead-letter] Это обновление уже не ждёт разбора: его обработали или отбросили.
       *[too-many-coins] Столько монет на счёте не поместится.
    }
admin-away = ⏳ Функция, которая это делает, сейчас не отвечает. Возможно, она всё же успела: нажмите кнопку ещё раз через минуту. Сколько ни нажимай, выполнится один раз.
admin-refused-short = ✋ Ничего не списано. Хотели списать { COINS($coins, case: "accusative") }, не хватает: { NUMBER($missing) }. Списать можно только свободные монеты.
`

/** Russian: the operator's side of the bot. In Fluent (projectfluent.org). */
export const ruAdmin = `
precheckout-suspended = Доступ к счёту закрыт, пополнить его нельзя. Напишите в поддержку.

admin-menu =
    🛠 <b>Оператор</b>
    Платежей без заказа: { NUMBER($suspense) }. Необработанных обновлений: { NUMBER($deadLetters) }.
    Всё, что вы здесь делаете и смотрите, попадает в журнал под вашим именем.
admin-button-menu = 🛠 Меню оператора
admin-button-find = 🔎 Найти человека или платёж
admin-button-suspense = ⏸ Платежи без заказа
admin-button-dead-letters = ✉️ Необработанные обновления
admin-button-status = 🩺 Копии, сверка, очереди
admin-button-person = 👤 Человек
admin-button-history = 📜 История
admin-button-payments = 💳 Платежи
admin-button-credit = ➕ Начислить
admin-button-debit = ➖ Списать
admin-button-block = ⛔ Заблокировать
admin-button-unblock = ✅ Разблокировать
admin-button-refund = ↩️ Вернуть деньги
admin-button-resolve = ✅ Зачислить плательщику
admin-button-resolve-to = 👤 Зачислить другому
admin-button-replay = 🔁 Обработать ещё раз
admin-button-discard = 🗑 Отбросить
admin-button-confirm = ✅ Да, выполнить
admin-button-older = Раньше →
admin-button-run-reconcile = 🔄 Сверить сейчас
admin-button-run-backup = 💾 Сделать копию сейчас
admin-button-run-check = 🧪 Проверить последнюю копию
admin-button-found = { $name } · номер { $telegramId }
admin-button-payment = { $amount } от { $date }
admin-button-update = № { $updateId } · вид { $kind }

admin-find-ask =
    Кого или какой платёж ищем? Пришлите что-нибудь из этого:
    • @имя или ссылку на него
    • номер в Telegram или номер человека у нас
    • номер платежа или строки истории
    • номер операции у провайдера
    Ответьте этой командой на пересланное сообщение — найдём автора.
admin-find-none = По запросу «{ $words }» никого и ничего не нашлось.
admin-find-many = Это имя носят или носили несколько человек: { NUMBER($count) }. Кто из них?
admin-find-hidden = Telegram не говорит, кто написал пересланное сообщение: автор это скрыл. Ищите по имени или номеру.

admin-person =
    👤 <b>{ $name }</b>{ $username ->
        [0] {""}
       *[other] {" "}· { $username }
    }
    Telegram: <code>{ $telegramId }</code>
    Номер: <code>{ $userId }</code>
    У нас с { $date }

    Монет: <b>{ NUMBER($coins) }</b>, отложено: { NUMBER($held) }, долг: { NUMBER($debt) }, свободно: <b>{ NUMBER($spendable) }</b>
admin-person-settings =
    Язык: { $language ->
        [ru] русский
       *[en] английский
    }. Часовой пояс: { $timeZone }.
    Чеки: { $receipts ->
        [on] да
       *[off] нет
    }. О низком балансе: { $lowBalance ->
        [on] да
       *[off] нет
    }. Лимит на день: { $dailyLimit ->
        [none] нет
       *[other] { NUMBER($dailyLimit) }
    }.
admin-person-blocked = ⛔ <b>Заблокирован</b> оператором { $date }: { $reason }
admin-person-unreachable = 🔕 Остановил бота или ни разу не запускал: сообщения не доходят.
admin-history-title = 📜 <b>{ $name }</b>: история
admin-history-empty = У { $name } нет истории.
admin-history-line =
    <b>{ COINS($amount, sign: "always") }</b> · { $type ->
        [bonus] бонус
        [top_up] пополнение
        [charge] списание
        [refund] возвращено
        [reversal] отозвано
        [debt_payment] долг
        [adjustment] вручную
       *[opening] перенесено
    } · { $details }
    { $date }, баланс { NUMBER($balance) }, кто: { $actor }

admin-payments-title = 💳 <b>{ $name }</b>: платежи, сначала новые
admin-payments-none = { $name } ничего не платил.
admin-payment-line =
    { $amount } · { COINS($coins) } · { $state ->
        [credited] зачислен
        [suspense] без заказа
        [refunded] возвращён
       *[partly_refunded] возвращён частично
    } · { $date }
admin-payment =
    💳 <b>{ $amount }</b> · { $provider ->
        [stars] звёзды
        [telegram] карта в Telegram
       *[yookassa] ЮKassa
    }
    { $state ->
        [credited] Зачислен
        [suspense] ⏸ Без заказа
        [refunded] Возвращён
       *[partly_refunded] Возвращён частично
    }: { COINS($coins) }{ $refunded ->
        [0] {""}
       *[other] , возвращено { $refunded }
    }
    { $date }
    Кто: { $name ->
        [0] неизвестно
       *[other] { $name }
    }{ $reason ->
        [0] {""}
       *[other] .{" "}Почему ждёт: { $reason }
    }
    Платёж: <code>{ $paymentId }</code>
    Операция: <code>{ $chargeId }</code>
admin-suspense-title = ⏸ Платежи, которые не подошли ни к одному заказу, сначала старые: { NUMBER($count) }. Деньги у нас, монет нет ни у кого.
admin-suspense-none = Платежей без заказа нет.

admin-updates-title = ✉️ Обновления Telegram, по которым ничего не произошло, сначала старые: { NUMBER($count) }
admin-updates-none = Необработанных обновлений нет.
admin-update =
    ✉️ <b>{ $updateId }</b> · { $kind } · { $state ->
        [dead] отложено для разбора
       *[failed] ждёт обработки
    }
    От кого: { $telegramId ->
        [0] неизвестно
       *[other] <code>{ $telegramId }</code>
    }. Попыток: { NUMBER($attempts) }. Пришло: { $date }
    Ошибка: { $error ->
        [0] нет
       *[other] { $error }
    }
admin-update-body =
    Что прислал Telegram:
    <code>{ $body }</code>
admin-update-replayed =
    { $outcome ->
        [done] ✅ Обновление <code>{ $updateId }</code> обработано.
       *[failed] ✋ Обновление <code>{ $updateId }</code> снова не удалось обработать. Ошибка записана рядом с ним.
    }

admin-status-title = 🩺 <b>Копии, сверка, очереди</b>
admin-age =
    { NUMBER($count) } { $unit ->
        [minutes] мин.
        [hours] ч.
       *[days] дн.
    }
admin-status-backup =
    💾 Последняя копия: { $date } ({ $age } назад)
admin-status-backup-none = 💾 Последняя копия: ни об одной не знаем
admin-status-check =
    🧪 Последняя проверка копии: { $date } ({ $age } назад), { $verdict ->
        [good] копия годится
       *[bad] ❗️ <b>КОПИЯ НЕ ГОДИТСЯ</b>
    }
admin-status-check-none = 🧪 Последняя проверка копии: ни об одной не знаем
admin-status-reconcile =
    🔄 Сверка: { $date }, { $state ->
        [done] полная
        [running] идёт или прервалась
        [incomplete] неполная, продолжится
       *[failed] ❗️ <b>не удалась</b>
    }. Зачислено: { NUMBER($credited) }, отозвано: { NUMBER($reversed) }, без пары: { NUMBER($unmatched) }, счетов с расхождением: { NUMBER($drift) }
admin-status-reconcile-none = 🔄 Сверка: ещё не было
admin-status-queues =
    📬 Задач к исполнению: { NUMBER($jobsDue) }, брошено: { NUMBER($jobsDead) }
    ✉️ Обновлений ждёт: { NUMBER($updatesWaiting) }, отложено для разбора: { NUMBER($updatesDead) }
    ⏸ Платежей без заказа: { NUMBER($suspense) }, возвратов в пути: { NUMBER($refunds) }, записей в работе: { NUMBER($recordings) }
admin-run-asked =
    { $what ->
        [reconcile] Попросили сверку начаться. Загляните сюда через минуту.
        [backup] Попросили сделать копию. Загляните сюда через минуту.
       *[check] Проверяем последнюю копию. Загляните сюда через несколько минут.
    }
admin-run-forbidden = Боту здесь нельзя это запускать: у его клиента в api-clients нет нужного права. Смотрите docs/operations/operators.md.
`

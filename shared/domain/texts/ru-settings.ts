/** Russian: settings. In Fluent (projectfluent.org). */
export const ruSettings = `
settings-title =
    <b>Настройки</b>

    Язык: { $language ->
        [en] English
       *[ru] русский
    }
    Часовой пояс: { $city }, сейчас { $time }
    Чек после каждого списания: { $receipts ->
        [on] да
       *[off] нет
    }
    Напоминать, когда монет мало: { $lowBalance ->
        [on] да, если меньше { NUMBER($threshold) }
       *[off] нет
    }
    Лимит трат в день: { $dailyLimit ->
        [none] нет
       *[other] { COINS($dailyLimit) }
    }
    Тихие часы: { $quietHours ->
        [0] нет
       *[other] { $quietHours }
    }
    Аватар видят: { $avatar ->
        [me] только вы
       *[everyone] вы и подключённые программы
    }
settings-button-receipts =
    { $state ->
        [on] Чеки: вкл.
       *[off] Чеки: выкл.
    }
settings-button-low-balance =
    { $state ->
        [on] Напоминания: вкл.
       *[off] Напоминания: выкл.
    }
settings-button-threshold = Порог: { COINS($threshold) }
settings-button-daily-limit =
    { $dailyLimit ->
        [none] Лимит в день: нет
       *[other] Лимит в день: { COINS($dailyLimit) }
    }
settings-button-quiet-hours =
    { $quietHours ->
        [0] Тихие часы: нет
       *[other] Тихие часы: { $quietHours }
    }
settings-button-time-zone = Часовой пояс: { $city }
settings-button-avatar =
    { $avatar ->
        [me] Аватар: только я
       *[everyone] Аватар: виден программам
    }
settings-saved = Сохранено
settings-values =
    { $name ->
        [timeZone] <b>Где вы живёте?</b> По этому времени начинается день и считаются недели, даты и тихие часы. Рядом с городом — сколько там времени.
        [lowBalanceThreshold] <b>Когда напомнить, что монеты кончаются?</b> Напишем, как только станет меньше.
        [dailyLimit] <b>Сколько монет можно потратить за день?</b> Больше мы не спишем, пока не наступит новый день.
       *[quietHours] <b>Когда вас не беспокоить?</b> Чеки, напоминания и новости подождут до конца тихих часов. О платежах пишем сразу.
    }
settings-value =
    { $state ->
        [on] ✓ { $value }
       *[off] { $value }
    }
settings-none =
    { $name ->
        [dailyLimit] Без лимита
       *[quietHours] Без тихих часов
    }
settings-type = ✏️ Ввести своё
settings-ask =
    { $name ->
        [timeZone] Напишите свой город (Казань), который у вас час (14:35) или часовой пояс (UTC+3, Europe/Moscow).
        [lowBalanceThreshold] Напишите, при каком остатке напомнить: число монет, например 30.
        [dailyLimit] Напишите лимит: число монет в день, например 250. Слово «нет» уберёт лимит.
       *[quietHours] Напишите начало и конец, например 23:00–8:00. Слово «нет» отменит тихие часы.
    }
settings-wrong =
    { $name ->
        [timeZone] Такого места мы не нашли. Напишите город покрупнее поблизости или который у вас час, например 14:35.
        [lowBalanceThreshold] Нужно целое число монет, например 30.
        [dailyLimit] Нужно целое число монет, например 250, или слово «нет».
       *[quietHours] Нужны начало и конец, например 23:00–8:00, или слово «нет».
    }
settings-which-zone = Выберите, что подходит:
zone-button = { $city } · { $time }
language-choose = Выберите язык. Choose a language.
language-name =
    { $language ->
        [en] English
       *[ru] Русский
    }
language-changed = Готово, теперь мы говорим по-русски.
`

/** English: settings. In Fluent (projectfluent.org). */
export const enSettings = `
settings-title =
    <b>Settings</b>

    Language: { $language ->
        [ru] русский
       *[en] English
    }
    Time zone: { $city }, { $time } now
    A receipt after every charge: { $receipts ->
        [on] yes
       *[off] no
    }
    A reminder when coins run low: { $lowBalance ->
        [on] yes, below { NUMBER($threshold) }
       *[off] no
    }
    Spending limit a day: { $dailyLimit ->
        [none] none
       *[other] { COINS($dailyLimit) }
    }
    Quiet hours: { $quietHours ->
        [0] none
       *[other] { $quietHours }
    }
    Your avatar is seen by { $avatar ->
        [me] nobody but you
       *[everyone] you and connected programs
    }
settings-button-receipts =
    { $state ->
        [on] Receipts: on
       *[off] Receipts: off
    }
settings-button-low-balance =
    { $state ->
        [on] Reminders: on
       *[off] Reminders: off
    }
settings-button-threshold = Threshold: { COINS($threshold) }
settings-button-daily-limit =
    { $dailyLimit ->
        [none] Daily limit: none
       *[other] Daily limit: { COINS($dailyLimit) }
    }
settings-button-quiet-hours =
    { $quietHours ->
        [0] Quiet hours: none
       *[other] Quiet hours: { $quietHours }
    }
settings-button-time-zone = Time zone: { $city }
settings-button-avatar =
    { $avatar ->
        [me] Avatar: only me
       *[everyone] Avatar: seen by programs
    }
settings-saved = Saved
settings-values =
    { $name ->
        [timeZone] <b>Where do you live?</b> Days, weeks, dates and quiet hours go by that time. Beside each city stands the time there now.
        [lowBalanceThreshold] <b>When shall we say that coins run low?</b> We write as soon as there are fewer.
        [dailyLimit] <b>How many coins may be spent in a day?</b> We take no more before the next day begins.
       *[quietHours] <b>When shall we be quiet?</b> Receipts, reminders and news wait until the quiet hours are over. News about your payments comes at once.
    }
settings-value =
    { $state ->
        [on] ✓ { $value }
       *[off] { $value }
    }
settings-none =
    { $name ->
        [dailyLimit] No limit
       *[quietHours] No quiet hours
    }
settings-type = ✏️ Type another
settings-ask =
    { $name ->
        [timeZone] Write your city (Boston), the time it is there now (14:35) or a time zone (UTC+3, Europe/London).
        [lowBalanceThreshold] Write how few coins shall be left: a number, such as 30.
        [dailyLimit] Write the limit: a number of coins a day, such as 250. The word “none” takes it off.
       *[quietHours] Write when they begin and end, such as 23:00–8:00 or 11 pm – 8 am. The word “none” takes them off.
    }
settings-wrong =
    { $name ->
        [timeZone] We have found no such place. Write a larger city nearby, or the time it is there now, such as 14:35.
        [lowBalanceThreshold] It must be a whole number of coins, such as 30.
        [dailyLimit] It must be a whole number of coins, such as 250, or the word “none”.
       *[quietHours] We need a beginning and an end, such as 23:00–8:00, or the word “none”.
    }
settings-which-zone = Choose what fits:
zone-button = { $city } · { $time }
language-choose = Choose a language. Выберите язык.
language-name =
    { $language ->
        [ru] Русский
       *[en] English
    }
language-changed = Done, we speak English now.
`

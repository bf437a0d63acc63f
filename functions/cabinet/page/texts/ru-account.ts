/** Russian: profile and settings. */
export const ruAccount = `
nameless = Без имени
since = С нами с { $date }
your-avatar = Ваш аватар
change-avatar = Сменить аватар
account = Учётная запись
telegram-id = Telegram ID
copy-telegram-id = Скопировать Telegram ID
account-id = Номер у нас
copy-account-id = Скопировать номер
sign-out = Выйти

terms = Условия
terms-accepted = Версия { $version }, приняты { $date }
consent-ask = Пользуясь ботом, вы соглашаетесь с условиями (версия { $version }). Прочитать их можно в чате по команде /terms.
consent-newer = Условия изменились: теперь действует версия { $version }. Прочитать её можно в чате по команде /terms.
consent-yes = Принимаю
consent-read = Прочитать в боте
consent-thanks = Записали, спасибо.

deletion-pending = Аккаунт будет удалён { $date }. До этого можно передумать.
deletion-undo = Не удалять
deletion-undone = Аккаунт остаётся, ничего не удалено.

language-and-time = Язык и время
language = Язык
time-zone = Часовой пояс
time-zone-hint = По нему показываем даты, считаем дневной лимит и тихие часы.
time-zone-here = Взять с этого устройства: { $zone }
zones-cities = Города
zones-others = Остальные места
notifications = Сообщения от бота
receipts = Чек после каждого списания
receipts-hint = Короткое сообщение: за что, сколько и что осталось.
low-balance = Напоминать, что монеты заканчиваются
low-balance-threshold = Когда осталось меньше
low-balance-hint = Одно сообщение, когда остаток опускается ниже порога.
quiet-hours = Тихие часы
quiet-hours-hint = Всё, что не срочно, придёт после них. О платежах пишем всегда.
quiet-from = С
quiet-to = До
limits-and-privacy = Траты и приватность
daily-limit = Дневной лимит
daily-limit-coins = Не больше монет в день
daily-limit-hint = Больше этого за день не спишется. День начинается в полночь по вашему времени.
visibility = Кто видит мой аватар
visibility-everyone = Все
visibility-me = Только я
visibility-hint = «Все» — значит и другие программы, которые работают с ботом.
coins-wrong = Введите целое число монет, например 100.

export-title = Мои данные
export-hint = Архив со всем, что мы храним о вас: профиль, настройки, операции, платежи, аватары и расшифровки.
export-download = Скачать архив
export-to-chat = Прислать в чат
export-running = Собираем архив для чата: { $share }
export-done = Архив готов: он в чате с ботом.
export-failed = Собрать архив не получилось. Попробуйте ещё раз чуть позже.

account-delete-title = Удаление аккаунта
account-delete-hint = Аватары, расшифровки и всё личное будет стёрто, монеты сгорят. Сразу это не произойдёт: будет время передумать.
account-delete = Удалить аккаунт
account-delete-what = Будут стёрты профиль, настройки, аватары и расшифровки. Монеты на счёте сгорят, и вернуть их будет нельзя. Если нужно, сначала скачайте архив.
account-delete-grace = После подтверждения появится дата удаления. До неё всё работает как обычно, и удаление можно отменить.
account-delete-type = Чтобы подтвердить, введите слово { $word }
account-delete-word = УДАЛИТЬ
`

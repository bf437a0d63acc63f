/** Russian: navigation, common buttons, log-in, what went wrong. */
export const ruFrame = `
brand = Kopeika
document-title = { $page } — Kopeika
sections = Разделы
skip = К содержанию
profile = Профиль
wallet = Кошелёк
avatars = Аватары
transcripts = Расшифровки
transcripts-tab = Тексты
settings = Настройки

coins =
    { NUMBER($count) } { $count ->
        [one] монета
        [few] монеты
       *[many] монет
    }
    .accusative =
        { NUMBER($count) } { $count ->
            [one] монету
            [few] монеты
           *[many] монет
        }
    .genitive =
        { NUMBER($count) } { $count ->
            [one] монеты
           *[other] монет
        }
coins-noun =
    { $count ->
        [one] монета
        [few] монеты
       *[many] монет
    }
characters =
    { NUMBER($count) } { $count ->
        [one] знак
        [few] знака
       *[many] знаков
    }

close = Закрыть
cancel = Отмена
save = Сохранить
saved = Сохранено
not-saved = Не сохранилось. { $why }
delete = Удалить
rename = Переименовать
retry = Повторить
more = Показать ещё
clear = Очистить
loading = Загружаем…
copied = Скопировано
copy-failed = Не получилось скопировать: выделите номер и скопируйте сами.
choose-file = Выбрать файл
open-bot = Открыть бота
price-use = Цена: { COINS($coins) }
price-thousand = Цена: { COINS($coins) } за каждую начатую тысячу знаков

login-title = Личный кабинет
login-none = Здесь ваш кошелёк, аватары, расшифровки и настройки. Войти можно через бота, пароль не нужен.
login-link = Эта ссылка уже не действует: она впускает один раз и недолго. Попросите у бота новую.
login-data = Кабинет открыт давно, и Telegram больше не подтверждает, что это вы. Откройте его заново.
login-signed-out = Вы вышли из кабинета.
login-cookies = Браузер не сохраняет вход на этой странице. Разрешите ей cookie или откройте кабинет в другом браузере по ссылке от бота.
login-step-bot = Откройте чат с ботом в Telegram.
login-step-menu = Нажмите кнопку меню слева от поля ввода: кабинет откроется прямо в Telegram.
login-step-link = Или отправьте команду /login: бот пришлёт одноразовую ссылку для браузера.
login-again = Войти снова
session-over = Нужно войти ещё раз
session-over-hint = Вас долго не было, и вход закончился. Отправьте боту /login и откройте новую ссылку в этом же браузере, затем вернитесь сюда. Всё, что вы набрали, останется на месте.
session-check = Готово, продолжить
session-still-over = Пока не видим вход. Откройте ссылку от бота в этом же браузере.

problem-offline = Нет связи с сервером. Проверьте интернет и повторите: дважды ничего не спишется.
problem-away = Сейчас не получается. Повторите через минуту: дважды ничего не спишется.
problem-rate =
    Слишком часто. Подождите { $seconds ->
        [one] { NUMBER($seconds) } секунду
        [few] { NUMBER($seconds) } секунды
       *[many] { NUMBER($seconds) } секунд
    } и повторите.
problem-coins = Не хватает { COINS($missing, case: "genitive") }. Мы ничего не списали: пополните кошелёк и повторите.
problem-daily-limit =
    Сработал ваш дневной лимит, мы ничего не списали. { $left ->
        [0] На сегодня ничего не осталось.
       *[other] На сегодня осталось: { COINS($left) }.
    } Лимит можно изменить в настройках.
problem-too-large = Это слишком большой файл.
problem-media = Такой файл не подходит: нужна картинка JPEG, PNG или WebP.
problem-input = Так не получится: проверьте, что вы ввели.
problem-conflict = За это время что-то изменилось. Обновите страницу и повторите.
problem-session = Вход закончился. Откройте кабинет заново.
problem-gone = Этого больше нет: возможно, удалено.
problem-unknown = Что-то пошло не так. Повторите чуть позже.
problem-number = Что-то пошло не так. Повторите чуть позже, а если не поможет, назовите поддержке номер { $requestId }.
`

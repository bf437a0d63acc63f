/** The coin that stands beside amounts. */
export const Coin = () => (
  <svg class="coin" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
    <circle class="coin-edge" cx="12" cy="12" r="11" />
    <circle class="coin-ring" cx="12" cy="12" r="8.2" />
    <path class="coin-mark" d="M9.6 7.5v9M14.8 7.5l-5 4.8 5.3 4.2" />
  </svg>
)

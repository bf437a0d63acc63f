/** Strokes of 24 by 24, drawn in the colour of the text around. */
const PATHS = {
  profile: 'M12 12.5a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM4.5 20a7.5 7.5 0 0 1 15 0',
  wallet: 'M4 8.5A2.5 2.5 0 0 1 6.5 6H17v3.5M4 8.5v8A2.5 2.5 0 0 0 6.5 19H20V9.5H6.5M16.3 14.2h.01',
  avatars: 'M5 4.5h14v15H5zM5 16l4.2-4.2 3.4 3.4 2.2-2.2L19 17M14.8 8.6h.01',
  transcripts: 'M6.5 3.5h8L19 8v12.5H6.5zM14 3.8V8.5h4.8M9.5 12.5h6M9.5 16h4',
  settings:
    'M4 7.5h9M17.5 7.5H20M4 16.5h2.5M11 16.5h9M15.2 9.8a2.3 2.3 0 1 0 0-4.6 2.3 2.3 0 0 0 0 4.6ZM8.8 18.8a2.3 2.3 0 1 0 0-4.6 2.3 2.3 0 0 0 0 4.6Z',
  back: 'M14.5 5.5 8 12l6.5 6.5',
  forward: 'M9.5 5.5 16 12l-6.5 6.5',
  close: 'M6 6l12 12M18 6 6 18',
  plus: 'M12 5v14M5 12h14',
  minus: 'M5 12h14',
  check: 'M5 12.5 10 17.5 19 7',
  copy: 'M9 9h10v11H9zM15 9V4H5v11h4',
  search: 'M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13ZM15.3 15.3 20 20',
  upload: 'M12 15.5V5M7.5 9 12 4.5 16.5 9M5 15v4.5h14V15',
  download: 'M12 4.5V15M7.5 11 12 15.5 16.5 11M5 16v3.5h14V16',
  camera: 'M4 8h3.6L9 5.5h6L16.4 8H20v11H4zM12 16.5a3.3 3.3 0 1 0 0-6.6 3.3 3.3 0 0 0 0 6.6Z',
  trash: 'M5 7h14M9.5 7V4.5h5V7M7 7l.8 12.5h8.4L17 7M10.3 10.5v5.5M13.7 10.5v5.5',
  pencil: 'M5 19l.8-3.6L15.5 5.700l2.8 2.800L8.6 18.200z',
  out: 'M10 4.500H5v15h5M14.5 8 18.5 12l-4 4M9.5 12h9',
  warning: 'M12 4 21 19.500H3zM12 10v4.500M12 17h.01',
  refresh: 'M19 6v4.500h-4.500M19 10.500A7.5 7.5 0 1 0 19.3 14',
  open: 'M13.5 5H19v5.500M19 5l-8 8M16 13.500V19H5V8h5.5',
} as const

export type IconName = keyof typeof PATHS

export const Icon = ({ name }: { name: IconName }) => (
  <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
    <path d={PATHS[name]} />
  </svg>
)

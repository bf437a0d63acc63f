/** Opens a tab at a press, to be given its address later; where the browser blocks it, nothing happens. */
export const openTab = () => {
  const tab = window.open('', '_blank')
  return {
    goTo: (url: string): void => {
      if (tab === null) return
      tab.opener = null
      tab.location.replace(url)
    },
    close: (): void => tab?.close(),
  }
}

/** So many certificates fit on a screen with what is to be said of them; of more, only what is urgent is shown. */
export const mostShown = 20;

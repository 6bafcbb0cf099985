/** In place of react-style-singleton (next.config.ts): a component that inserts no style. */
export const styleSingleton = () => () => null;

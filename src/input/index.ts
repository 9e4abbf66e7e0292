export { didYouMean } from './did-you-mean.ts';
export { shown } from './shown.ts';

export * from '../devicetree/index.ts';

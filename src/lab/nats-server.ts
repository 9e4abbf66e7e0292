/** A server of NATS. */
export interface NatsServer {
  readonly host: string;
  readonly port: number;
  /** It is on this machine: a plain connection will do. */
  readonly isLocal: boolean;
  /** What TLS needs: with anything of it the connection has TLS. */
  readonly tls: TlsFiles;
}

/** PEM texts: authorities to trust, this user's certificate and its key. */
export interface TlsFiles {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

declare module 's3rver' {
  export default class S3rver {
    constructor(options: {
      directory: string;
      port: number;
      silent: boolean;
      configureBuckets: { name: string }[];
    });
    run(): Promise<unknown>;
    close(): Promise<void>;
  }
}

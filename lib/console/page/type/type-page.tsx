export const TypePage = () => <h1>Job type</h1>;
